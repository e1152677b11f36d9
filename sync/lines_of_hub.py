"""Lines about the hub itself, in both languages: its jobs, people and devices, central systems (`sync.line_words`)."""

HUB: tuple[tuple[str, str, str], ...] = (
    # the hub's own jobs
    ("[Errno 28] No space left on device{path}", "磁盘已满{path}", ""),
    ("[Errno 2] No such file or directory{path}", "目录不存在{path}", ""),
    ("[Errno 13] Permission denied{path}", "没有权限{path}", ""),
    ("[Errno 17] File exists{path}", "同名文件已存在{path}", ""),
    ("[Errno 20] Not a directory{path}", "不是目录{path}", ""),
    ("[Errno 30] Read-only file system{path}", "磁盘只读{path}", ""),
    ("database or disk is full", "磁盘已满", ""),
    ("{error}: see the hub's log", "{error}，请查看服务器日志", ""),
    ("the passphrase file {path} cannot be read: {why}", "口令文件 {path} 无法读取：{why}", ""),
    ("the passphrase file {path} is empty", "口令文件 {path} 是空的", ""),
    ("{path} is no directory: make it first", "目录 {path} 不存在", ""),
    # people, devices, asking
    ("no conflict has the id {key}", "没有这个冲突", ""),
    ("no suspicion has the id {key}: suspicions list shows them", "没有这条疑似停电", "no suspicion has the id {key}"),
    ("device {name} is not unique: give one of the ids {ids}", "设备 {name} 不唯一，请填编号：{ids}", ""),
    (
        "too many requests 请求过于频繁: wait {wait} s 请稍候",
        "请求过于频繁，请等 {wait} 秒",
        "Too many requests: wait {wait} s",
    ),
    (
        "this shift is over 本班已结束: sign in again 请重新登录",
        "本班已结束，请重新登录",
        "This shift is over: sign in again",
    ),
    ("sign in at this PC first 请先在本机登录", "请先在本机登录", "Sign in at this PC first"),
    (
        "change your password on the hub's pages first 请先在网页上修改密码",
        "请先在网页上修改密码",
        "Change your password on the hub's pages first",
    ),
    (
        "this device is not enrolled at this hub, or was revoked: enrol it again",
        "这台设备没有在本服务器登记，或已注销，请重新登记",
        "",
    ),
    (
        "this device's secret was used twice, as only a copy of it is: the device is revoked, enrol it again",
        "这台设备的凭据在两处使用过，可能被复制；已注销，请重新登记",
        "",
    ),
    ("sign in, or enrol this device, to be told of changes", "请先登录，或登记这台设备", ""),
    (
        "no customer of this number is to be seen from here 没有这个户号，或不在本机范围内",
        "没有这个户号，或不在本机范围内",
        "No customer of this number is to be seen from here",
    ),
    ("a body is at most {most} bytes long 内容太大", "内容超过 {most} 字节", "A body is at most {most} bytes long"),
    (
        "the body did not come within {seconds} s 发送太慢",
        "{seconds} 秒内没有收完",
        "The body did not come within {seconds} s",
    ),
    (
        "an unexpected failure, number {number} in the hub's log 服务器出错，编号 {_a}",
        "服务器出错，日志编号 {number}",
        "An unexpected failure, number {number} in the hub's log",
    ),
    # pulls from the central systems
    ("this code is not in the code list", "代码表中没有这个代码", ""),
    ("another row of the source has this id already", "来源中另一行已有此编号", ""),
    ("must be a time", "应为时间", ""),
    ("there is no {kind} with this id", "没有这个编号的{kind}", ""),
    ("{feed}: its cursor holds dates: a day is too coarse to ask by", "{feed}：游标列只有日期，太粗，不能据此取数", ""),
    (
        "{feed}: its cursor holds {type}: it must be a time or a number",
        "{feed}：游标列应为时间或数字（现为 {type}）",
        "",
    ),
    ("{file}: names no source: begin with [sources.NAME]", "{file}：没有写来源，请以 [sources.名称] 开头", ""),
    ("{file}: not a mapping file: {why}", "{file}：不是映射文件：{why}", ""),
    ("{place}: must be a table, such as {example}", "{place}：应为一张表，如 {example}", ""),
    ("source {source}: the environment variable {name} is not set", "来源 {source}：没有设置环境变量 {name}", ""),
    (
        (
            "source {source}: its url holds a password, which has no place in the mapping: "
            "use password_env or password_file"
        ),
        "来源 {source}：地址中不要写密码，请用 password_env 或 password_file",
        "",
    ),
    ("source {source}: its url is none: write it as {example}", "来源 {source}：地址有误，应如 {example}", ""),
    (
        "source {source}: {path} is empty: its first line is the password",
        "来源 {source}：{path} 是空的，首行应为密码",
        "",
    ),
    ("source {source}: {path} cannot be read: {why}", "来源 {source}：{path} 无法读取：{why}", ""),
    ("source {source}: others may read {path}: {advice}", "来源 {source}：其他用户也能读 {path}：{advice}", ""),
    (
        (
            "this pull would delete {count} of the {known} records of kind {kind} that came from {source}, and changed "
            "nothing: if that is right, approve it with {command}"
        ),
        "这次取数将删除来自 {source} 的 {known} 条 {kind} 中的 {count} 条，未作任何改动；确认无误请批准：{command}",
        "",
    ),
    ("{driver}: there is no such kind of database: {why}", "{driver}：没有这种数据库：{why}", ""),
    ("{driver}: its driver is not installed ({name}): pip install it", "{driver}：没有安装驱动（{name}）", ""),
    (
        "cron {cron}: it has five fields: minute, hour, day, month, day of week",
        "cron {cron}：应有五项：分、时、日、月、星期",
        "",
    ),
)
"""Each form with what it says in Chinese and in English; "" where the line is English itself."""
