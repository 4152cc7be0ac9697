"""What the desk's buttons do: each action's fields, and the one operation it calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django import forms

from shimin.capabilities.catalogue.public import list_agencies, served_regions
from shimin.capabilities.service_requests.public import (
    KIND_WORDS,
    OUTCOME_WORDS,
    OUTCOMES_OF,
    STEP_WORDS,
    Action,
    DeskRequest,
    Outcome,
    RequestKind,
    accept,
    approve_extension,
    arbitrate,
    ask_extension,
    classify,
    conclude,
    decline,
    dispatch,
    draft_reply,
    find_desk_request,
    hand_over,
    merge,
    order,
    publish_answer,
    refuse,
    refuse_extension,
    release_reply,
    reply,
    reply_interim,
    resume,
    return_request,
    send_back_draft,
    split,
    summon,
    suspend,
    take_back,
    take_up,
    urge,
)
from shimin.capabilities.service_requests.web.uploads import PhotosField
from shimin.kernel.actor import Actor
from shimin.kernel.errors import InvalidInput
from shimin.kernel.values.numbers import check_public_number

_WORDS = {
    Action.DISPATCH: "派单意见",
    Action.ARBITRATE: "裁定的依据",
    Action.DECLINE: "为什么不能受理，该去哪里办（市民会看到）",
    Action.RETURN: "为什么不归本部门（派单员会看到）",
    Action.INTERIM_REPLY: "办理进展（市民会看到）",
    Action.ASK_EXTENSION: "为什么要延期（批准后市民会看到）",
    Action.REFUSE_EXTENSION: "为什么不同意",
    Action.SUSPEND: "为什么现在办不了，打算怎么办（市民会看到）",
    Action.REPLY: "答复（市民会看到）",
    Action.DRAFT_REPLY: "答复，先送审",
    Action.REDRAFT: "哪里要改",
    Action.PUBLISH: "公开的问与答（不写姓名、电话）",
    Action.SPLIT: "另一件是什么事",
    Action.HAND_OVER: "为什么转外地",
    Action.TAKE_BACK: "为什么收回",
    Action.TAKE_UP: "怎么调解、要带什么（投诉人会看到）",
    Action.REFUSE: "为什么不受理，该去哪里（投诉人会看到）",
    Action.CONCLUDE: "经过和结果（反映人会看到）",
    Action.URGE: "催什么（承办部门会看到）",
    Action.ORDER: "督办要求（承办部门会看到，市民只知道已督办）",
    Action.SUMMON: "约谈谁、何时何地、为什么（承办部门会看到）",
}
_OPTIONAL = {Action.DISPATCH, Action.TAKE_UP}
_PHOTOS = {Action.INTERIM_REPLY, Action.REPLY, Action.DRAFT_REPLY, Action.CONCLUDE}
_AGENCY = {Action.DISPATCH, Action.ARBITRATE}
Run = Callable[[dict[str, Any], dict[str, Any]], object]

# Actions a person takes at the desk: those of the table that no program takes alone.
RUNS: Mapping[Action, Run] = {
    Action.DISPATCH: lambda at, said: dispatch(**at, agency_id=int(said["agency"]), words=said["words"]),
    Action.ARBITRATE: lambda at, said: arbitrate(**at, agency_id=int(said["agency"]), words=said["words"]),
    Action.DECLINE: lambda at, said: decline(**at, words=said["words"]),
    Action.ACCEPT: lambda at, said: accept(**at),
    Action.RETURN: lambda at, said: return_request(**at, words=said["words"]),
    Action.INTERIM_REPLY: lambda at, said: reply_interim(**at, words=said["words"], photo_ids=said["photos"]),
    Action.ASK_EXTENSION: lambda at, said: ask_extension(**at, amount=said["amount"], words=said["words"]),
    Action.APPROVE_EXTENSION: lambda at, said: approve_extension(**at),
    Action.REFUSE_EXTENSION: lambda at, said: refuse_extension(**at, words=said["words"]),
    Action.SUSPEND: lambda at, said: suspend(**at, words=said["words"], look_again_date=said["look_again_date"]),
    Action.RESUME: lambda at, said: resume(**at),
    Action.REPLY: lambda at, said: reply(**at, words=said["words"], photo_ids=said["photos"]),
    Action.DRAFT_REPLY: lambda at, said: draft_reply(**at, words=said["words"], photo_ids=said["photos"]),
    Action.RELEASE: lambda at, said: release_reply(**at),
    Action.REDRAFT: lambda at, said: send_back_draft(**at, words=said["words"]),
    Action.PUBLISH: lambda at, said: publish_answer(**at, words=said["words"]),
    Action.SPLIT: lambda at, said: split(**at, words=said["words"]),
    Action.HAND_OVER: lambda at, said: hand_over(**at, city_code=said["city_code"], words=said["words"]),
    Action.TAKE_BACK: lambda at, said: take_back(**at, words=said["words"]),
    Action.CLASSIFY: lambda at, said: classify(
        **at, category=said["category"] or None, kind=RequestKind(said["kind"]) if said["kind"] else None
    ),
    Action.TAKE_UP: lambda at, said: take_up(**at, words=said["words"]),
    Action.REFUSE: lambda at, said: refuse(**at, words=said["words"]),
    Action.CONCLUDE: lambda at, said: conclude(
        **at, outcome=Outcome(said["outcome"]), words=said["words"], photo_ids=said["photos"]
    ),
    Action.URGE: lambda at, said: urge(**at, words=said["words"]),
    Action.ORDER: lambda at, said: order(**at, words=said["words"], answer_by=said["answer_by"]),
    Action.SUMMON: lambda at, said: summon(**at, words=said["words"]),
    Action.MERGE: lambda at, said: merge(**at, into_id=_into(at["actor"], said["into"])),
}


class ActForm(forms.Form):
    """The fields of one action on one request."""

    use_required_attribute = False

    def __init__(self, action: Action, shown: DeskRequest, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, auto_id=f"{action}_%s")
        self.title = STEP_WORDS[action] if action is not Action.DRAFT_REPLY else "答复送审"
        city = shown.line.city_code
        if action in _AGENCY:
            agencies = [(str(each.id), each.name) for each in list_agencies() if each.region_code[:4] == city[:4]]
            self.fields["agency"] = forms.ChoiceField(
                label="牵头部门", choices=[("", "请选择"), *agencies], error_messages={"required": "请选择部门。"}
            )
        if action is Action.ASK_EXTENSION:
            self.fields["amount"] = forms.IntegerField(
                label="延长多少（与原期限同单位）", min_value=1, max_value=999, error_messages={"required": "请填写。"}
            )
        if action is Action.SUSPEND:
            self.fields["look_again_date"] = forms.DateField(
                label="哪天再看", widget=forms.DateInput(attrs={"type": "date"}),
                error_messages={"required": "请选日期。", "invalid": "请选日期。"},
            )  # fmt: skip
        if action is Action.ORDER:
            self.fields["answer_by"] = forms.DateField(
                label="哪天之前报结果", widget=forms.DateInput(attrs={"type": "date"}),
                error_messages={"required": "请选日期。", "invalid": "请选日期。"},
            )  # fmt: skip
        if action is Action.HAND_OVER:
            cities = [(each.code, each.name) for each in served_regions() if each.level == "city" and each.code != city]
            self.fields["city_code"] = forms.CharField(
                label="转到哪个城市（6位行政区划代码）", max_length=6,
                help_text="、".join(f"{name} {code}" for code, name in cities[:5]) or "例如：湘潭 430300",
                error_messages={"required": "请填写。"},
            )  # fmt: skip
        if action is Action.MERGE:
            self.fields["into"] = forms.CharField(
                label="并入哪一件（编号）", max_length=60, error_messages={"required": "请填写编号。"}
            )
        if action is Action.CLASSIFY:
            categories = [(each.category_code, each.category_code) for each in shown.choices]
            self.fields["category"] = forms.ChoiceField(
                label="类别", required=False, choices=[("", "不改"), *categories]
            )
            self.fields["kind"] = forms.ChoiceField(
                label="类型", required=False,
                choices=[("", "不改"), *((str(kind), words) for kind, words in KIND_WORDS.items())],
            )  # fmt: skip
        if action is Action.CONCLUDE:
            outcomes = OUTCOMES_OF.get(shown.line.kind, ())
            self.fields["outcome"] = forms.ChoiceField(
                label="结果", choices=[("", "请选择"), *((str(each), OUTCOME_WORDS[each]) for each in outcomes)],
                error_messages={"required": "请选处理结果。", "invalid_choice": "请选处理结果。"},
            )  # fmt: skip
        if action in _WORDS:
            initial = shown.draft if action in (Action.DRAFT_REPLY, Action.REPLY) else ""
            self.fields["words"] = forms.CharField(
                label=_WORDS[action], required=action not in _OPTIONAL, max_length=20_000, initial=initial,
                widget=forms.Textarea(attrs={"rows": 4}),
                error_messages={"required": "请写明。", "null_characters_not_allowed": "有不能保存的字符。"},
            )  # fmt: skip
        if action in _PHOTOS:
            self.fields["photos"] = PhotosField("照片（市民会看到）")


def run(action: Action, actor: Actor, request_id: int, said: dict[str, Any], now: datetime) -> None:
    """Take the action with what the form said."""
    RUNS[action]({"actor": actor, "request_id": request_id, "now": now}, said)


def _into(actor: Actor, number: str) -> int:
    try:
        return find_desk_request(actor=actor, number=check_public_number(number))
    except InvalidInput as wrong:
        raise InvalidInput(fields={"into": wrong.message}) from None
