"""Who is asking: devices with an enrolled secret, people with a password and a session."""

from sync.auth.devices import Device, add_device, device_of, display_of, enrol, enrol_display, refresh
from sync.auth.people import Person, add_person
from sync.auth.sessions import (
    SESSION_LASTS,
    begin_shift,
    check_password,
    drop_old_sessions,
    end_shift,
    person_of,
    sign_in,
    sign_out,
)
from sync.auth.tokens import Tokens

__all__ = [
    "SESSION_LASTS",
    "Device",
    "Person",
    "Tokens",
    "add_device",
    "add_person",
    "begin_shift",
    "check_password",
    "device_of",
    "display_of",
    "drop_old_sessions",
    "end_shift",
    "enrol",
    "enrol_display",
    "person_of",
    "refresh",
    "sign_in",
    "sign_out",
]
