"""Windows: a directory that only its owner may enter, as mode 0700 says elsewhere. What is made in it inherits that."""

import sys
from pathlib import Path

if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _advapi, _kernel = ctypes.WinDLL("advapi32", use_last_error=True), ctypes.WinDLL("kernel32", use_last_error=True)
    _FILE, _DACL, _PROTECTED = 1, 0x4, 0x80000000  # SE_FILE_OBJECT and SECURITY_INFORMATION of winnt.h
    _SDDL_REVISION, _TOKEN_QUERY, _TOKEN_USER = 1, 0x8, 1
    _POINTER = ctypes.c_void_p

    _kernel.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel.LocalFree.argtypes = (_POINTER,)
    _kernel.CloseHandle.argtypes = (wintypes.HANDLE,)
    _advapi.OpenProcessToken.argtypes = (wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE))
    _advapi.GetTokenInformation.argtypes = (
        wintypes.HANDLE,
        ctypes.c_int,
        _POINTER,
        wintypes.DWORD,
        ctypes.POINTER(wintypes.DWORD),
    )
    _advapi.ConvertSidToStringSidW.argtypes = (_POINTER, ctypes.POINTER(wintypes.LPWSTR))
    _advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = (
        wintypes.LPCWSTR,
        wintypes.DWORD,
        ctypes.POINTER(_POINTER),
        _POINTER,
    )
    _advapi.GetSecurityDescriptorDacl.argtypes = (
        _POINTER,
        ctypes.POINTER(wintypes.BOOL),
        ctypes.POINTER(_POINTER),
        ctypes.POINTER(wintypes.BOOL),
    )
    _advapi.SetNamedSecurityInfoW.argtypes = (
        wintypes.LPWSTR,
        ctypes.c_int,
        wintypes.DWORD,
        _POINTER,
        _POINTER,
        _POINTER,
        _POINTER,
    )

    def keep_others_out(directory: Path) -> None:
        """Leaves a directory to whoever runs this, the system and its administrators; inherited rights go.

        Raises:
            OSError: the disk keeps no such rights (FAT, some network shares), or it is not theirs to give.
        """
        everything = ("SY", "BA", _own_sid())
        rights = "D:P" + "".join(f"(A;OICI;FA;;;{who})" for who in everything)
        descriptor, dacl, there, given = _POINTER(), _POINTER(), wintypes.BOOL(), wintypes.BOOL()
        _check(
            _advapi.ConvertStringSecurityDescriptorToSecurityDescriptorW(
                rights, _SDDL_REVISION, ctypes.byref(descriptor), None
            )
        )
        try:
            _check(
                _advapi.GetSecurityDescriptorDacl(
                    descriptor, ctypes.byref(there), ctypes.byref(dacl), ctypes.byref(given)
                )
            )
            failed = _advapi.SetNamedSecurityInfoW(str(directory), _FILE, _DACL | _PROTECTED, None, None, dacl, None)
            if failed:
                raise ctypes.WinError(failed)
        finally:
            _kernel.LocalFree(descriptor)

    def _own_sid() -> str:
        """Of whoever runs this, such as `S-1-5-21-…-1001`."""
        token, size = wintypes.HANDLE(), wintypes.DWORD()
        _check(_advapi.OpenProcessToken(_kernel.GetCurrentProcess(), _TOKEN_QUERY, ctypes.byref(token)))
        try:
            _advapi.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(size))
            held = ctypes.create_string_buffer(size.value)
            _check(_advapi.GetTokenInformation(token, _TOKEN_USER, held, size, ctypes.byref(size)))
            text = wintypes.LPWSTR()
            sid = ctypes.cast(held, ctypes.POINTER(_POINTER))[0]  # TOKEN_USER begins with the pointer to it
            _check(_advapi.ConvertSidToStringSidW(sid, ctypes.byref(text)))
            try:
                return str(text.value)
            finally:
                _kernel.LocalFree(text)
        finally:
            _kernel.CloseHandle(token)

    def _check(done: int) -> None:
        if not done:
            raise ctypes.WinError(ctypes.get_last_error())

else:

    def keep_others_out(directory: Path) -> None:
        """Gives the directory mode 0700, whatever the umask says."""
        directory.chmod(0o700)
