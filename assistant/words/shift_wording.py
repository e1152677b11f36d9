"""The words of signing in and handing over, in Chinese and English."""

ZH = {
    "menu.shift": "登录／交班…",
    "status.person": "当班",
    "shift.title": "登录／交班",
    "shift.nobody": "未登录",
    "shift.sign_in_first": "请先登录：点左下角，或托盘菜单“登录／交班”",
    "shift.on_duty": "当班：{person}",
    "shift.name": "用户名",
    "shift.secret": "PIN 或密码",
    "shift.sign_in": "登录",
    "shift.sign_out": "交班",
    "shift.waiting": "正在联系服务器……",
    "shift.not_enrolled": "本机还没有登记到服务器",
    "shift.empty": "请填写用户名和 PIN 或密码",
}

EN = {
    "menu.shift": "Sign in / hand over…",
    "status.person": "On duty",
    "shift.title": "Sign in / hand over",
    "shift.nobody": "nobody signed in",
    "shift.sign_in_first": "Sign in first: click here below, or the tray menu",
    "shift.on_duty": "On duty: {person}",
    "shift.name": "User",
    "shift.secret": "PIN or password",
    "shift.sign_in": "Sign in",
    "shift.sign_out": "Hand over",
    "shift.waiting": "Asking the hub…",
    "shift.not_enrolled": "This PC is not enrolled at a hub",
    "shift.empty": "Give user and PIN or password",
}
