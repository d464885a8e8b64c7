"""What docs/reference/rules.md says of each production, in English and in Chinese, and in which order."""

from __future__ import annotations

from collections.abc import Mapping

# The heading of each part in English and in Chinese, and the productions that stand below it.
PARTS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("Statements", "语句"): ("rule", "delay", "assignment", "row", "otherwise_row", "validation", "fail_row", "option"),
    ("What starts a rule", "规则的触发"): (
        *("when", "trigger", "event_trigger", "changes_trigger", "every_trigger", "cron_trigger", "relative_trigger"),
        *("anniversary_trigger", "inbound_trigger", "called_trigger", "parameter", "times", "calendar", "duration"),
    ),
    ("What a rule does", "规则的动作"): (
        *("block", "action", "assign_action", "set_action", "create_action", "update_action", "delete_action"),
        *("notify_action", "send_action", "post_action", "submit_action", "call_action", "fail_action", "stop_action"),
        *("if_action", "for_each_action", "field_value", "values", "message"),
    ),
    ("Who gets it, and who hears of it", "分配给谁、通知谁"): (
        *("assignee", "user_assignee", "queue_assignee", "role_assignee", "team_assignee", "previous_owner"),
        *("path_assignee", "strategy", "weight", "strategy_option", "recipient", "send_recipient"),
    ),
    ("Approvals", "审批"): ("approval", "step", "step_option", "outcome"),
    ("Tests", "测试"): (
        *("test", "given", "stage", "later_stage", "expectation", "expect_queue", "expect_notified", "expect_refused"),
        *("expect_record", "expect_condition"),
    ),
}

ABOUT: Mapping[str, tuple[str, str]] = {
    "rule": ("When, if, then, and perhaps otherwise and later.", "何时、如果、那么，以及可选的否则与之后。"),
    "delay": (
        "What is done after some time, if the condition holds by then.",
        "经过一段时间后，若届时条件成立则执行。",
    ),
    "assignment": (
        "The first row whose condition holds decides who gets the record.",
        "由第一个条件成立的行决定记录分配给谁。",
    ),
    "row": ("A condition, and who gets the record.", "一个条件，以及记录分配给谁。"),
    "otherwise_row": (
        "Who gets what no row has taken; only at the end.",
        "没有任何行接收的记录分配给谁；只能放在最后。",
    ),
    "validation": ("What may not be saved.", "什么不得保存。"),
    "fail_row": (
        "The save is refused with the message, at the field if one is named, when the condition is true.",
        "条件为真时拒绝保存并给出消息；写明字段则在该字段处显示。",
    ),
    "option": (
        "Switched off; a text for people; the place among the rules, 1 to 1000, 500 when not said; "
        "whose rights it has, `system` or `user`.",
        "停用；给人看的说明；在规则中的次序（1 到 1000，缺省 500）；以谁的权限运行（`system` 或 `user`）。",
    ),
    "when": ("One of several triggers is enough.", "多个触发条件满足其一即可。"),
    "trigger": ("What may start a rule.", "可以触发规则的事件。"),
    "event_trigger": ("What happens to a record.", "记录上发生的事。"),
    "changes_trigger": (
        "A save gives the field another value; `NULL` is blank.",
        "保存使该字段的值改变；`NULL` 表示空。",
    ),
    "every_trigger": (
        "Units of time or days of the week, for each record that meets the condition.",
        "时间单位或星期几，针对满足条件的每条记录。",
    ),
    "cron_trigger": ("Five fields of cron text.", "五段 cron 文本。"),
    "relative_trigger": ("So far before or after a date of the record.", "在记录的某个日期之前或之后。"),
    "anniversary_trigger": ("Every year on the day of the date.", "每年在该日期的月和日。"),
    "inbound_trigger": (
        "An event from outside; the formula picks the records it is about.",
        "来自外部的事件；公式选出它涉及的记录。",
    ),
    "called_trigger": ("Somebody or another rule starts it, with values.", "由人或其他规则启动，可带参数。"),
    "parameter": ("A name and its type.", "名称及其类型。"),
    "times": ("On the clock.", "钟点。"),
    "calendar": ("Whose clock, hours and holidays count.", "以哪个日历的时钟、工作时间和假日为准。"),
    "duration": ("Business time runs in the hours of a calendar.", "工作时间按日历的工作时段计算。"),
    "block": ("Actions in order.", "按顺序执行的动作。"),
    "action": ("What may be done.", "可以执行的动作。"),
    "assign_action": ("Gives the record to somebody.", "把记录分配给某人。"),
    "set_action": ("Gives fields of the record values, before it is written.", "在写入之前为记录的字段赋值。"),
    "create_action": (
        "Makes another record; `as` names it for later actions.",
        "创建另一条记录；`as` 为其命名，供后续动作使用。",
    ),
    "update_action": (
        "Changes the record behind a lookup, or all that the condition finds.",
        "修改查找字段所指的记录，或条件找到的全部记录。",
    ),
    "delete_action": ("Puts records into the bin.", "把记录放入回收站。"),
    "notify_action": ("Tells people, by email, in_app, sms or chat.", "通过 email、in_app、sms 或 chat 通知人员。"),
    "send_action": ("Sends an email, sms or chat message to somebody outside.", "向外部发送 email、sms 或 chat 消息。"),
    "post_action": ("Posts to a webhook.", "调用 webhook。"),
    "submit_action": ("Submits the record for an approval.", "提交记录进行审批。"),
    "call_action": ("Runs a rule that is called, on the same record.", "在同一记录上运行可被调用的规则。"),
    "fail_action": ("Refuses the save.", "拒绝保存。"),
    "stop_action": ("Ends this rule's part for the record.", "对该记录结束规则的这一部分。"),
    "if_action": ("Branches.", "分支。"),
    "for_each_action": ("For the records of a child list.", "针对子列表中的记录。"),
    "field_value": ("A field and what it gets.", "字段及其值。"),
    "values": ("Several of them.", "若干字段及其值。"),
    "message": ("A template, or a formula that gives text.", "模板，或给出文本的公式。"),
    "assignee": ("Who may get a record.", "可以得到记录的人。"),
    "user_assignee": ("A user by username, or by a path to one.", "以用户名或路径指定的用户。"),
    "queue_assignee": (
        "With a strategy a member of the queue; without one the record waits in it.",
        "有策略时分给队列成员；没有策略时记录在队列中等待。",
    ),
    "role_assignee": ("Somebody with the role, in turn.", "具有该角色的人，轮流。"),
    "team_assignee": ("A member of the team, in turn.", "团队成员，轮流。"),
    "previous_owner": ("Whoever owned it before.", "上一位所有者。"),
    "path_assignee": ("A path to a user.", "指向用户的路径。"),
    "strategy": ("How a member is picked.", "如何选择成员。"),
    "weight": ("How many of the records a member takes.", "成员承担的份额。"),
    "strategy_option": (
        "How many one may have; only in the hours of a calendar; not who is absent; which records count.",
        "每人上限；仅在日历的工作时间内；跳过缺勤者；哪些记录计入。",
    ),
    "recipient": (
        "`owner`, `creator`, a path to a user, or a formula that gives an address; everybody of a role, queue or team.",
        "`owner`、`creator`、指向用户的路径，或给出地址的公式；角色、队列或团队的所有人。",
    ),
    "send_recipient": ("The same; a formula in brackets.", "同上；公式放在括号内。"),
    "approval": ("Steps in which people decide.", "由人逐步决定的步骤。"),
    "step": ("Who decides, and for which records.", "由谁决定，针对哪些记录。"),
    "step_option": (
        "How many have to agree; whether one may hand it on; when to remind; when to leave it out; where a rejection leads.",
        "须多少人同意；可否转交；何时提醒；何时跳过；驳回后退回何处。",
    ),
    "outcome": ("What follows.", "之后的动作。"),
    "test": ("What rules are to do.", "规则应当做到的事。"),
    "given": ("A record; what is required and not given is made up.", "一条记录；必填而未给出的内容会自动补齐。"),
    "stage": ("What is expected.", "期望的结果。"),
    "later_stage": ("What is expected after some time.", "一段时间之后期望的结果。"),
    "expectation": ("What may be expected.", "可以期望的内容。"),
    "expect_queue": ("It waits in the queue, or is owned by a member.", "记录在队列中等待，或由其成员所有。"),
    "expect_notified": ("Somebody was told.", "通知了某人。"),
    "expect_refused": ("The save was refused with that message.", "保存被拒绝并给出该消息。"),
    "expect_record": ("There is such a record.", "存在这样的记录。"),
    "expect_condition": ("The formula over the record is true.", "关于记录的公式为真。"),
}

INTRODUCTION = (
    """
Every form that a rule file may have, made from the grammar that the parser uses. [Rules by example](../rule-guide.md) shows them,
[rules and formulas](../rules.md) says what they mean; [functions](functions.md) are those of formulas.

Letter case does not matter. Words in lower case are written as they stand. `NAME` is a name of the model, `TEXT` a text in quotes,
`FORMULA` a formula, `VALUE` a constant or a name in one, `NUMBER` a whole number, `TIME` a time such as 09:30, `UNIT` minutes, hours,
days, weeks, months or years, `PATH` a name or several with dots. ‹x› is another form of this page; `[x]` may be left out, `x*` stands any
number of times, `x+` at least once, `|` separates choices; ‘(’ and ‘)’ are brackets that are written. `--` begins a comment, `/* … */` is
one. A file holds any number of statements; the largest has 1,048,576 characters.
""",
    """
规则文件可以采用的全部写法，由解析器所用的语法生成。[示例](../rule-guide.md)展示用法，[规则与公式](../rules.md)说明含义；
公式的[函数](functions.zh-Hans.md)另列。

不区分大小写。小写的词照原样书写。`NAME` 是模型中的名称，`TEXT` 是引号中的文本，`FORMULA` 是公式，
`VALUE` 是常量或名称，`NUMBER` 是整数，`TIME` 是时刻（如 09:30），`UNIT` 是分钟、小时、天、周、月或年（英文），
`PATH` 是以点连接的名称。‹x› 是本页的另一种写法；`[x]` 可省略，`x*` 可重复任意次，`x+` 至少一次，`|` 分隔选项；
‘(’ 和 ‘)’ 是须写出的括号。`--` 开始注释，`/* … */` 也是注释。一个文件可含任意多条语句，最多 1,048,576 个字符。
""",
)

FINDINGS_TITLE = ("Findings", "分析结果")
FINDINGS_INTRODUCTION = (
    "What static analysis tells of rules that are allowed and hardly meant.",
    "对合法但多半并非本意的规则，静态分析给出的提示。",
)
FINDINGS: Mapping[str, tuple[str, str]] = {
    "never_true": ("A condition that no record meets.", "没有任何记录能满足的条件。"),
    "always_true": ("A condition that every record meets.", "所有记录都满足的条件。"),
    "shadowed": (
        "A row that never decides, since earlier ones take all that it would.",
        "从不起作用的行：其记录都被前面的行接收。",
    ),
    "overlap": ("Two rows that both hold for some records.", "对某些记录同时成立的两行。"),
    "uncovered": ("Records that no row takes.", "没有任何行接收的记录。"),
    "cycle": ("Rules that set each other off.", "互相触发的规则。"),
}
