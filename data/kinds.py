"""The kinds of record, described as data.

The one module that names the power kinds. The change log, the cache, the index, masking and importing read these
descriptions and treat every kind alike, so that another kind (an order, a contract) is one more entry here.
"""

from collections.abc import Mapping

from data.fields import Field, FieldType, Kind

BRANCH_KINDS = {"company": "供电公司", "branch": "供电分公司", "station": "供电所"}
AREA_LEVELS = {
    "province": "省",
    "city": "市",
    "county": "县区",
    "township": "乡镇街道",
    "village": "村社区",
}
CONTACT_ROLES = {
    "area_manager": "台区经理",
    "branch_duty": "值班室",
    "repair_crew": "抢修班",
    "branch_manager": "所长",
}
SOURCES = {"central": "营销系统", "rural": "农网"}
IMPORTANCE = {"special": "特级", "first": "一级", "second": "二级", "temporary": "临时"}
"""Grades of important customers, the highest first."""

OUTAGE_KINDS = {
    "planned": "计划停电",
    "fault": "故障停电",
    "temporary": "临时停电",
    "load_management": "有序用电",
    "supply_limit": "超供电能力停限电",
    "meter_box": "表箱停电",
    "maintenance": "检修",
}

ETR_SOURCES = {"plan": "计划", "dispatch": "调度", "field": "现场", "estimate": "值班估计"}
CAUSES = {
    "planned_work": "计划检修",
    "equipment": "设备故障",
    "weather": "恶劣天气",
    "external": "外力破坏",
    "customer": "用户设备",
    "overload": "过负荷",
    "upstream": "上级电源",
    "safety": "安全措施",
    "unknown": "原因待查",
}

_ID = Field("id", ("编号", "标识"), required=True)
_NAME = Field("name", ("名称",), required=True)

BRANCH = Kind(
    "branch",
    "供电单位",
    (
        _ID,
        Field("name", ("名称", "供电单位"), required=True),
        Field("parent_id", ("上级编号", "上级"), FieldType.REF, "branch"),
        Field("kind", ("类型",), choices=BRANCH_KINDS),
        Field("phone", ("电话",)),
        Field("postcode", ("邮政编码", "邮编"), later=True),
    ),
    named=False,
)
AREA = Kind(
    "area",
    "区域",
    (
        Field("id", ("编号", "行政区划代码", "国家代码"), required=True),
        Field("name", ("名称", "区域名称"), required=True),
        Field("parent_id", ("上级编号", "上级"), FieldType.REF, "area"),
        Field("level", ("级别",), choices=AREA_LEVELS),
        Field("code", ("区域编码", "编码")),
        Field("aliases", ("别名",), FieldType.TEXTS),
        Field("branch", ("供电单位", "供电所", "供电分公司"), FieldType.REF, "branch"),
        Field("postcode", ("邮政编码", "邮编"), later=True),
        Field("lon", ("经度",), FieldType.REAL, later=True),
        Field("lat", ("纬度",), FieldType.REAL, later=True),
    ),
    codes=("code",),
)
CONTACT = Kind(
    "contact",
    "联系人",
    (
        _ID,
        Field("name", ("姓名", "名称"), required=True),
        Field("phone", ("电话", "联系电话"), required=True),
        Field("role", ("角色", "岗位"), choices=CONTACT_ROLES, required=True),
        Field("branch", ("供电单位", "供电所"), FieldType.REF, "branch"),
        Field("areas", ("区域", "负责区域"), FieldType.REFS, "area"),
        Field("transformer_areas", ("台区", "负责台区"), FieldType.REFS, "transformer_area"),
        Field("email", ("电子邮箱", "邮箱", "电子邮件"), later=True),
        Field("fax", ("传真",), later=True),
    ),
    named=False,
)
FEEDER = Kind(
    "feeder",
    "线路",
    (
        _ID,
        Field("number", ("线路编号", "线路号"), required=True),
        Field("name", ("线路名称", "名称"), required=True),
        Field("substation", ("变电站",)),
        Field("branch", ("供电单位", "供电所"), FieldType.REF, "branch"),
        Field("kv", ("电压等级", "电压"), FieldType.REAL),
        Field("source", ("来源",), choices=SOURCES),
    ),
    codes=("number",),
)
TRANSFORMER_AREA = Kind(
    "transformer_area",
    "台区",
    (
        _ID,
        Field("number", ("台区编号", "台区号"), required=True),
        Field("name", ("台区名称", "名称"), required=True),
        Field("feeder", ("所属线路", "线路"), FieldType.REF, "feeder", required=True),
        Field("kva", ("配变容量", "容量"), FieldType.REAL),
        Field("areas", ("区域", "供电区域"), FieldType.REFS, "area"),
        Field("manager", ("台区经理",), FieldType.REF, "contact"),
    ),
    codes=("number",),
)
CUSTOMER = Kind(
    "customer",
    "客户",
    (
        Field("id", ("户号", "客户编号"), required=True),
        Field("name", ("户名", "客户名称"), personal=True, required=True),
        Field("address", ("用电地址", "地址"), personal=True),
        Field("transformer_area", ("所属台区", "台区"), FieldType.REF, "transformer_area"),
        Field("feeder", ("所属线路", "线路"), FieldType.REF, "feeder"),
        Field("phone", ("电话", "联系电话"), personal=True),
        Field("contract_kva", ("合同容量",), FieldType.REAL),
        Field("importance", ("重要等级", "重要客户"), choices=IMPORTANCE),
        Field("high_risk", ("高危", "高危客户"), FieldType.FLAG),
        Field("sensitive", ("敏感", "敏感用户"), FieldType.FLAG),
        Field("source", ("来源",), choices=SOURCES),
    ),
    codes=("id",),
    scoped=True,
)
OUTAGE = Kind(
    "outage",
    "停电信息",
    (
        _ID,
        Field("kind", choices=OUTAGE_KINDS, required=True),
        Field("start", type=FieldType.TIME, required=True),
        Field("etr", type=FieldType.TIME, required=True),
        Field("reason", required=True),
        Field("hold", type=FieldType.FLAG),
        Field("scope", type=FieldType.JSON, required=True),
        Field("restored_at", type=FieldType.TIME),
        Field("withdrawn_at", type=FieldType.TIME),
        Field("revisions", type=FieldType.JSON, required=True),
        Field("public_scope", later=True),
        Field("started_at", type=FieldType.TIME, later=True),
        Field("etr_source", choices=ETR_SOURCES, later=True),
        Field("timetable", type=FieldType.JSON, later=True),
        Field("cause", choices=CAUSES, later=True),
        Field("crew", later=True),
        Field("crew_phone", later=True),
        Field("channels", type=FieldType.JSON, later=True),
    ),
    named=False,
    urgent=True,
)
TEAM_CHOICE = Kind(
    "team_choice",
    "团队常用",
    (
        _ID,
        Field("query", required=True),
        Field("record_kind", required=True),
        Field("record", required=True),
        Field("mass", type=FieldType.REAL, required=True),
    ),
    named=False,
)
"""What the team chooses for the beginning of a query; its id is `query|record_kind|record`, so that a cache finds all
of a query in the order of ids. The mass is that of `data.choice_weight`."""

SCRIPT_TEMPLATE = Kind(
    "script_template",
    "话术模板",
    (_ID, Field("zh"), Field("en")),
    named=False,
    urgent=True,
)
"""What the centre says instead of `data.scripts.defaults`; the id is a case, or a case and an outage kind."""

NOTICE = Kind(
    "notice",
    "公告",
    (
        _ID,
        Field("text", required=True),
        Field("urgent", type=FieldType.FLAG),
        Field("branches", type=FieldType.REFS, target="branch"),
        Field("since", type=FieldType.TIME, required=True),
        Field("until", type=FieldType.TIME),
        Field("posted_by", required=True),
        Field("withdrawn_at", type=FieldType.TIME),
    ),
    named=False,
    urgent=True,
)
"""What all agents are to know, or those of some branches."""

BUSINESS = Kind(
    "business",
    "业务目录",
    (
        _ID,
        _NAME,
        Field("parent_id", ("上级",), FieldType.REF, "business"),
        Field("due_hours", ("时限（小时）",), FieldType.REAL),
        Field("retired", ("停用",), FieldType.FLAG),
    ),
    named=False,
)
"""What a centre changed of the business catalogue, or added to it (`data.tickets.business`); its id is its code."""

SUSPICION = Kind(
    "suspicion",
    "疑似停电",
    (
        _ID,
        Field("place_kind", choices={"feeder": "线路", "transformer_area": "台区"}, required=True),
        Field("place", required=True),
        Field("feeder"),
        Field("began", type=FieldType.TIME, required=True),
        Field("since", type=FieldType.TIME, required=True),
        Field("until", type=FieldType.TIME, required=True),
        Field("strength", type=FieldType.REAL, required=True),
        Field("evidence", type=FieldType.JSON, required=True),
        Field("transformer_areas", type=FieldType.TEXTS),
        Field("settled_at", type=FieldType.TIME),
        Field("settled_by"),
        Field("reason"),
        Field("quiet_until", type=FieldType.TIME),
        Field("outage"),
    ),
    named=False,
    urgent=True,
)
"""Where signals gather as if there were an outage (`data.outages.suspected`): counts by kind and time, no names."""

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        BRANCH,
        AREA,
        CONTACT,
        FEEDER,
        TRANSFORMER_AREA,
        CUSTOMER,
        OUTAGE,
        TEAM_CHOICE,
        SCRIPT_TEMPLATE,
        NOTICE,
        BUSINESS,
        SUSPICION,
    )
}
"""Every kind, in the order in which they can be stored: what is referred to comes before what refers to it."""

RANKED = ("area", "feeder", "transformer_area", "customer")
"""The kinds that a lookup answers, best first where all else is equal."""


def importance_rank(grade: object) -> int:
    """Where customers of a grade stand among others: 0 for the highest, behind all others where there is none."""
    return _GRADE_RANKS.get(grade, len(_GRADE_RANKS))


_GRADE_RANKS: Mapping[object, int] = {grade: rank for rank, grade in enumerate(IMPORTANCE)}
