"""What becomes of identity's rows and of the inbox when two accounts become one."""

from __future__ import annotations

from shimin.capabilities.identity.merge_rules import Clash, MergePart, Moves, Settle, Stays, register_merge_part

_WAYS_IN = "怎样登录的，跟着关掉的账号走：撤销时原样还在，封存时删除"
_EVIDENCE = "当时对那个账号做了什么，记录不改"

register_merge_part(
    MergePart(
        key="identity", title="账号和身份",
        moves=(
            Moves(
                "identity_consent", "项授权",
                clashes=(Clash(("purpose_code",), only="{row}.withdrawn_at IS NULL"),),
            ),
            Moves(
                "identity_mandate", "个可以替别人办事的关系",
                clashes=(Clash(("person_id", "organisation_id", "relation"), only="{row}.state = 'active'"),),
            ),
            Moves("identity_mandate", "个请别人替您办事的关系", column="principal_account_id"),
            Moves("identity_mandate_offer", clashes=(Clash(("hash",)),)),
            Moves("identity_right_request", "个关于个人信息的请求"),
        ),
        stays=(
            Stays("identity_account", "账号本身：关掉，指向留下的那个", column="id"),
            Stays("identity_person", "同一个人，不用动", column="id"),
            Stays("identity_person_likeness", "同一个人，不用动", column="person_id"),
            Stays("identity_person_handle", "本来就指着留下的账号"),
            Stays("identity_login_handle", "手机号由合并本身改指留下的账号"),
            Stays("identity_session", "合并时全部退出登录"),
            Stays("identity_known_device", _WAYS_IN),
            Stays("identity_code_generator", _WAYS_IN),
            Stays("identity_recovery_code", _WAYS_IN),
            Stays("identity_passkey", _WAYS_IN),
            Stays("identity_recovery_sheet", _WAYS_IN),
            Stays("identity_screen_sign_in", _WAYS_IN),
            Stays("identity_kept_form", "半小时就删的半张表单"),
            Stays("identity_level_proof", _EVIDENCE),
            Stays("identity_counter_act", _EVIDENCE),
            Stays("identity_risk_decision", _EVIDENCE),
            Stays("identity_staff_grant", "工作人员的账号不合并"),
            Stays("identity_staff_change", "工作人员的账号不合并"),
            Stays("identity_staff_change", "工作人员的账号不合并", column="for_account_id"),
            Stays("identity_account_merge", "合并记录写的就是两个账号"),
            Stays("identity_account_merge", "合并记录写的就是两个账号", column="merged_account_id"),
            Stays("identity_merged_rows", "合并搬了哪些行，撤销时要用"),
            Stays("kernel_audit", "审计记录一行也不改"),
            Stays("kernel_idempotency", "程序重发请求用的答案，只对当时的账号有用"),
        ),
    )
)  # fmt: skip
register_merge_part(
    MergePart(
        key="notices", title="消息",
        moves=(
            Moves("notices_notice", "条消息"),
            Moves(
                "notices_forwarding", key="'own'",
                clashes=(
                    Clash(
                        (), settle=Settle.CHOOSE, title="短信提醒的时间",
                        label="CASE own.way WHEN 'at_once' THEN '有新消息就发' ELSE '每天早上汇总一条' END",
                    ),
                ),
            ),
        ),
    )
)  # fmt: skip
