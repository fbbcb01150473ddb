"""Words of performance forms: indicators with their values, and the long texts around them."""

from __future__ import annotations

from dataclasses import dataclass

from ..accounts import Project
from ..building import Context

_STOCK: dict[str, tuple[tuple[str, str], ...]] = {
    "数量指标": (
        ("开展业务培训场次", "{n}场"),
        ("印制宣传资料数量", "{n}00份"),
        ("维护设备数量", "{n}台（套）"),
        ("检查覆盖单位数", "≥{n}家"),
        ("办理服务事项数量", "≥{n}00件"),
        ("月度平均用水量", "{n}00吨/每月"),
        ("专题会议次数；现场督导次数", "1.{n}次；2.{m}次"),
    ),
    "质量指标": (
        ("验收合格率", "100%"),
        ("系统正常运行率", "≥99.5%"),
        ("投诉事项办结率", "≥95%"),
        ("资料归档完整率", "≥98%"),
        ("考核结果", "达标"),
    ),
    "时效指标": (
        ("任务按期完成率", "≥95%"),
        ("完成时限", "{year}年12月底前"),
        ("故障响应时间", "≤{m}小时"),
        ("资金支付进度", "按合同约定"),
    ),
    "成本指标": (
        ("项目支出控制额度", "≤{amount}"),
        ("预算控制数", "{amount}"),
        ("成本节约率", "≥{m}%"),
        ("支出控制", "不超预算"),
    ),
    "经济效益指标": (("节约财政资金比例", "≥{m}%"), ("带动相关产业发展", "有所促进")),
    "社会效益指标": (("公众知晓率", "≥85%"), ("工作社会影响力", "有所提升"), ("受益人数", "≥{n}00人")),
    "生态效益指标": (("资源节约利用水平", "有所提高"), ("节能产品采购比例", "100%")),
    "可持续影响指标": (("长效机制建设", "逐步健全"), ("设施可持续使用年限", "≥{m}年")),
    "服务对象满意度指标": (("服务对象满意率", "≥90%"), ("群众满意度", "90%以上"), ("科室满意度", "≥9{m}%")),
}
LEVELS: dict[str, tuple[str, ...]] = {
    "产出指标": ("数量指标", "质量指标", "时效指标", "成本指标"),
    "效益指标": ("经济效益指标", "社会效益指标", "生态效益指标", "可持续影响指标"),
    "满意度指标": ("服务对象满意度指标",),
}
"""First-level indicators and the second-level ones under each."""
STANDARDS = ("计划标准", "行业标准", "历史标准", "其他标准")
_BASES = (
    "根据本部门职责和年度工作安排，为保障{name}各项任务顺利开展，需安排专项资金",
    "按照上级关于相关工作的部署，结合近两年实际支出情况，测算本年度{name}所需资金",
    "为完成年度目标任务，{name}需持续投入，资金使用严格执行财务制度和政府采购规定",
    "{name}属于保障性工作，涉及面广、周期长，现有公用经费无法满足需要",
)
_CONTENTS = (
    "1.日常运行维护；2.委托第三方开展服务；3.设备更新和耗材购置",
    "主要用于人员劳务、场地租赁、资料印刷以及相关业务培训",
    "一是做好基础数据采集；二是开展监督检查；三是组织宣传活动；四是完成总结评估",
    "按合同约定支付服务费用，并根据考核结果结算尾款",
)
_GOALS = (
    "按时完成年度任务，提高工作质量和服务水平",
    "规范资金使用，确保专款专用，发挥资金最大效益",
    "健全工作机制，提升公众满意度",
    "保障业务正常开展，群众获得感持续增强",
)
_MEASURES = (
    "专项资金管理办法、内部控制制度",
    "合同管理制度、项目验收办法",
    "财务管理制度；政府采购制度",
    "无",
    "",
)


@dataclass(frozen=True, slots=True)
class Indicator:
    """A line of a form: first and second level, what is measured, and the value aimed at."""

    first: str
    second: str
    name: str
    value: str


def draw_indicators(context: Context, amount: str, most: int = 2, gaps: float = 0.25) -> list[Indicator]:
    """Indicators level by level; a share `gaps` of the second levels is left out, never the first one."""
    chosen: list[Indicator] = []
    for first, seconds in LEVELS.items():
        for second in seconds:
            if second not in ("数量指标", "服务对象满意度指标") and context.chance(gaps):
                continue
            chosen += _lines(context, first, second, amount, most)
    return chosen


def _lines(context: Context, first: str, second: str, amount: str, most: int) -> list[Indicator]:
    stock = _STOCK[second]
    count = min(len(stock), 1 + int(context.rng.integers(most)))
    lines = []
    for index in context.rng.permutation(len(stock))[:count].tolist():
        name, value = stock[index]
        n, m = int(context.rng.integers(2, 60)), int(context.rng.integers(2, 10))
        lines.append(
            Indicator(first, second, name, value.format(n=n, m=m, year=context.accounts.year, amount=amount))
        )
    return lines


def basis(context: Context, project: Project) -> str:
    """Why a project is needed, in one sentence or several."""
    sentences = [_BASES[i] for i in context.rng.permutation(len(_BASES))[: int(context.rng.integers(1, 4))]]
    if len(sentences) == 1:
        return f"{sentences[0].format(name=project.name)}。"
    return "".join(f"{i}.{s.format(name=project.name)}。" for i, s in enumerate(sentences, start=1))


def content(context: Context) -> str:
    """What a project's money is for."""
    return f"{context.choose(*_CONTENTS)}。"


def goal(context: Context) -> str:
    """What a project is to achieve."""
    goals = [_GOALS[i] for i in context.rng.permutation(len(_GOALS))[: int(context.rng.integers(1, 4))]]
    return f"{'；'.join(goals)}。"


def measures(context: Context) -> str:
    """Rules that a project is carried out under."""
    return context.choose(*_MEASURES)


def boxes(context: Context, *options: str, ticked: int | None = None, gap: str = "　") -> str:
    """Checkboxes behind their options, one ticked: 新增项目□　延续项目☑."""
    if ticked is None:
        ticked = int(context.rng.integers(len(options)))
    return gap.join(f"{option}{'☑' if i == ticked else '□'}" for i, option in enumerate(options))


def person(context: Context) -> str:
    """Who is in charge: mostly blank, else no real name."""
    return context.choose("", "", "张某某", "李某", "王某某")
