"""Every route and page that a hub serves, put together."""

from fastapi import APIRouter

from sync.central.by_hand import PullsByHand
from sync.desk.centre.notice_page import notice_page_router
from sync.desk.centre.pull_page import pull_page_router
from sync.desk.centre.script_page import script_page_router
from sync.desk.centre.settings_page import settings_router
from sync.desk.outages.call_back_page import call_back_page_router
from sync.desk.outages.entry_page import entry_page_router
from sync.desk.outages.field_page import field_router
from sync.desk.outages.planned_page import planned_page_router
from sync.desk.outages.suspicion_page import live_suspicions, suspicion_page_router
from sync.desk.outages.told_page import told_router
from sync.desk.outages.wall_tiles import live_outages
from sync.desk.outages.window_page import window_router
from sync.desk.outages.windows_page import windows_router
from sync.desk.page import language_router
from sync.desk.people.account_page import account_router
from sync.desk.people.audit_page import audit_page_router
from sync.desk.people.display_page import display_router
from sync.desk.people.fleet_page import fleet_router
from sync.desk.people.people_page import people_router
from sync.desk.people.sign_in_page import sign_in_router
from sync.desk.places.lookup import Places
from sync.desk.places.lookup_page import lookup_router
from sync.desk.places.map_page import map_router
from sync.desk.places.tree_page import tree_router
from sync.desk.records.conflict_page import conflict_router
from sync.desk.records.export_page import export_router
from sync.desk.records.import_files import import_file_router
from sync.desk.records.import_page import import_page_router
from sync.desk.records.record_list_page import record_list_router
from sync.desk.records.record_pages import record_page_router
from sync.desk.tickets.catalogue_page import catalogue_page_router
from sync.desk.tickets.ticket_page import ticket_page_router
from sync.desk.tickets.tickets_page import tickets_page_router
from sync.hub.asking import PersonWho
from sync.hub.hub import Hub
from sync.hub.keeping import Keeping
from sync.routes.choice_routes import choice_router
from sync.routes.device_routes import device_router
from sync.routes.entry_routes import entry_router
from sync.routes.notice_routes import notice_router
from sync.routes.outage_routes import outage_router
from sync.routes.phone_routes import phone_router
from sync.routes.planned_routes import planned_router
from sync.routes.record_routes import record_router
from sync.routes.replica_routes import replica_router
from sync.routes.reveal_routes import reveal_router
from sync.routes.script_routes import script_router
from sync.routes.shift_routes import shift_router
from sync.routes.suspicion_routes import suspicion_router
from sync.routes.telling_routes import call_back_router, telling_router
from sync.routes.ticket_routes import catalogue_router, ticket_router
from wallboard.call_routes import call_router
from wallboard.pages import wallboard_router


def hub_routers(hub: Hub, keeping: Keeping, places: Places, by_hand: PullsByHand, *, demo: bool) -> list[APIRouter]:
    """The routers of one hub process: the API, the pages, the wallboard.

    Args:
        hub: What they share.
        keeping: The settings of its home.
        places: Looks things up for the pages.
        by_hand: Begins pulls for the pages.
        demo: Its records are invented.
    """
    return [
        replica_router(hub),
        device_router(hub),
        shift_router(hub),
        choice_router(hub),
        planned_router(hub),
        outage_router(hub),
        ticket_router(hub),
        catalogue_router(hub),
        entry_router(hub),
        record_router(hub),
        phone_router(hub),
        reveal_router(hub, keeping.reveals_per_hour),
        suspicion_router(hub),
        telling_router(hub),
        call_back_router(hub),
        told_router(hub, keeping.reveals_per_hour),
        call_back_page_router(hub),
        script_router(hub),
        notice_router(hub),
        language_router(),
        sign_in_router(hub),
        planned_page_router(hub),
        windows_router(hub),
        entry_page_router(hub),
        window_router(hub),
        field_router(hub),
        lookup_router(hub, places, keeping.reveals_per_hour),
        tree_router(hub, places),
        map_router(hub, places, invented=demo),
        script_page_router(hub),
        notice_page_router(hub),
        settings_router(hub),
        tickets_page_router(hub),
        ticket_page_router(hub),
        catalogue_page_router(hub),
        record_list_router(hub, places),
        record_page_router(hub),
        import_page_router(hub),
        import_file_router(hub),
        pull_page_router(hub, by_hand),
        suspicion_page_router(hub),
        account_router(hub),
        fleet_router(hub, keeping),
        people_router(hub),
        display_router(hub),
        audit_page_router(hub),
        conflict_router(hub),
        export_router(hub),
        wallboard_router(
            connect=hub.store.read,
            clock=hub.store.clock,
            outages=lambda: [*live_outages(hub), *live_suspicions(hub)],
            guard=PersonWho(hub.store, "see_wallboard"),
        ),
        call_router(
            write=hub.store.write, on_change=hub.stream.look_now, guard=PersonWho(hub.store, "send_call_events")
        ),
    ]
