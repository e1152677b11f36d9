"""The tables of a sample marketing system, as such systems have them: short names, and codes for everything."""

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Numeric, String, Table, Text

CENTRAL = MetaData()


def _text(name: str, comment: str, length: int = 64, *, key: bool = False) -> Column[str]:
    # MySQL wants to know how long a text may become
    return Column(name, String(length), primary_key=key, nullable=not key, comment=comment)


ORG = Table(
    "o_org",
    CENTRAL,
    _text("org_no", "供电单位编号", key=True),
    _text("org_name", "供电单位名称", 256),
    _text("p_org_no", "上级单位编号"),
    _text("org_type", "单位类别：01 公司 02 分公司 03 供电所", 8),
    _text("duty_tel", "值班电话"),
    comment="供电单位",
)
AREA = Table(
    "a_area",
    CENTRAL,
    _text("area_no", "行政区划代码", key=True),
    _text("area_name", "名称", 256),
    _text("p_area_no", "上级代码"),
    _text("area_lv", "级别：1 省 2 市 3 县区 4 乡镇街道 5 村社区", 8),
    _text("short_code", "区域编码"),
    _text("alias_name", "别名", 256),
    _text("org_no", "供电单位编号"),
    Column("lng", Numeric(9, 6), comment="经度 WGS-84"),
    Column("lat", Numeric(9, 6), comment="纬度 WGS-84"),
    comment="区域",
)
SUBSTATION = Table(
    "g_subs",
    CENTRAL,
    _text("subs_no", "变电站编号", key=True),
    _text("subs_name", "变电站名称", 256),
    comment="变电站",
)
LINE = Table(
    "g_line",
    CENTRAL,
    _text("line_id", "线路标识", key=True),
    _text("line_no", "线路编号"),
    _text("line_name", "线路名称", 256),
    _text("subs_no", "变电站编号"),
    _text("org_no", "供电单位编号"),
    Column("volt", Numeric(8, 2), comment="电压等级 kV"),
    _text("data_src", "来源：01 营销系统 02 农网", 8),
    comment="线路",
)
TRANSFORMER_AREA = Table(
    "g_tg",
    CENTRAL,
    _text("tg_id", "台区标识", key=True),
    _text("tg_no", "台区编号"),
    _text("tg_name", "台区名称", 256),
    _text("line_id", "所属线路"),
    Column("tg_cap", Numeric(12, 2), comment="配变容量 kVA"),
    _text("mgr_no", "台区经理"),
    comment="台区",
)
TRANSFORMER_AREA_AREA = Table(
    "g_tg_area",
    CENTRAL,
    _text("tg_id", "台区标识", key=True),
    _text("area_no", "行政区划代码", key=True),
    comment="台区供电区域",
)
CONTACT = Table(
    "o_contact",
    CENTRAL,
    _text("contact_no", "人员编号", key=True),
    _text("contact_name", "姓名", 256),
    _text("tel", "联系电话"),
    _text("post_code", "岗位：1 台区经理 2 值班室 3 抢修班 4 所长", 8),
    _text("org_no", "供电单位编号"),
    comment="联系人",
)
CONTACT_AREA = Table(
    "o_contact_area",
    CENTRAL,
    _text("contact_no", "人员编号", key=True),
    _text("area_no", "行政区划代码", key=True),
    comment="联系人负责区域",
)
CUSTOMER = Table(
    "c_cons",
    CENTRAL,
    _text("cons_no", "用户编号", 16, key=True),
    _text("cons_name", "用户名称", 256),
    _text("elec_addr", "用电地址", 256),
    _text("tg_id", "台区标识"),
    _text("line_id", "专线用户的线路标识"),
    _text("tel", "联系电话"),
    Column("contract_cap", Numeric(12, 2), comment="合同容量 kVA"),
    _text("cons_lv", "重要等级：01 特级 02 一级 03 二级 04 临时", 8),
    _text("danger_flag", "高危标志：1 是 0 否", 1),
    _text("sens_flag", "敏感标志：1 是 0 否", 1),
    _text("status_code", "状态：0 正常 9 已销户", 1),
    _text("data_src", "来源：01 营销系统 02 农网", 8),
    Column("updated_at", DateTime, nullable=False, comment="最后修改时间"),
    comment="用电客户",
)
CALL = Table(
    "cc_call_event",
    CENTRAL,
    Column("event_seq", BigInteger, primary_key=True, autoincrement=False, comment="序号"),
    Column("event_time", DateTime, nullable=False, comment="时间"),
    _text("call_no", "通话标识", 128),
    _text("queue_name", "技能组", 128),
    _text("seat_no", "坐席", 128),
    _text("event_code", "事件", 32),
    _text("arg1", "参数1", 256),
    _text("arg2", "参数2", 256),
    _text("arg3", "参数3", 256),
    comment="通话",
)
TICKET = Table(
    "cc_ticket",
    CENTRAL,
    _text("wo_no", "工单编号", key=True),
    Column("accept_time", DateTime, nullable=False, comment="受理时间"),
    _text("busi_type", "业务类型：01 报修 02 咨询 03 投诉 04 催办 05 回访", 8),
    _text("wo_status", "状态：1 处理中 2 已归档", 8),
    Column("accept_content", Text, comment="受理内容"),
    _text("cons_no", "用户编号", 16),
    _text("accept_emp", "受理人"),
    comment="工单",
)
