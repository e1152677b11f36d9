"""Whether a system tray is there, under X11."""

from Xlib import X, display


def wait_for_tray() -> None:
    """Returns as soon as a tray manages the icons of this screen: at login it often starts after us.

    Source:
        freedesktop.org, System Tray Protocol 0.3: a new tray announces itself with a MANAGER message at the root.
    """
    connection = display.Display()
    try:
        root = connection.screen().root
        root.change_attributes(event_mask=X.StructureNotifyMask)
        manager = connection.intern_atom("MANAGER")
        selection = connection.intern_atom(f"_NET_SYSTEM_TRAY_S{connection.get_default_screen()}")
        while connection.get_selection_owner(selection) == X.NONE:
            event = connection.next_event()
            while not (event.type == X.ClientMessage and event.client_type == manager):
                event = connection.next_event()
    finally:
        connection.close()
