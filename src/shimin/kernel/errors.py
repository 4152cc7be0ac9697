"""Errors a person or a program may see: a stable code, words for citizens, and the way on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class DomainError(Exception):
    """A refusal with a stable ``code``; shown as a page to people and as problem+json to programs.

    ``message`` says what happened, ``mend`` what to do next; both are Chinese, for citizens.
    ``fields`` maps an input's name to what is wrong with it.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    message: str = "这一步没有办成。"
    mend: str = "请稍后再试，或拨打 12345。"

    def __init__(
        self,
        message: str | None = None,
        *,
        mend: str | None = None,
        fields: Mapping[str, str] | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        self.message = message or self.message
        self.mend = mend or self.mend
        self.fields = dict(fields or {})
        self.retry_after_seconds = retry_after_seconds
        super().__init__(self.message)


class NotFound(DomainError):
    """Absent and forbidden look the same, so nobody learns what exists."""

    code = "not_found"
    status = 404
    message = "没有找到您要的内容。"
    mend = "请检查网址，或回到首页搜索。"


class Forbidden(DomainError):
    """The actor is known and may not do this."""

    code = "forbidden"
    status = 403
    message = "您没有权限做这一步。"
    mend = "如果您认为应当可以，请联系本单位管理员或拨打 12345。"


class SignInRequired(DomainError):
    """The page belongs to a person: sign in first, then come back."""

    code = "sign_in_required"
    status = 401
    message = "请先登录。"
    mend = "登录后会回到这一页。"


class LevelRequired(DomainError):
    """The item asks for a higher assurance level than the session has."""

    code = "level_required"
    status = 403
    message = "这项服务需要先核实您的身份。"
    mend = "核实后会回到这一页，已填的内容不会丢。"

    def __init__(self, level: int) -> None:
        super().__init__()
        self.level = level


class ProofRequired(DomainError):
    """Before this, the session has to prove once more who uses it: a code to the phone, an app's code or a passkey."""

    code = "proof_required"
    status = 403
    message = "这一步要再确认一次是您本人。"
    mend = "请在“登录设备”里用短信验证码、动态码或通行密钥确认这台设备，再回来继续。"


class OwnHatRequired(DomainError):
    """The page is the person's own, and they act for somebody else now (or the mandate to do so has ended)."""

    code = "own_hat_required"
    status = 409
    message = "您正在代别人办事，这一页只能用自己的身份打开。"
    mend = "请先切回自己；要代办的事项，请从首页进入。"


class InvalidInput(DomainError):
    """Input that cannot be accepted; ``fields`` says where and how to mend it."""

    code = "invalid_input"
    status = 422
    message = "有内容需要修改。"
    mend = "请按提示修改后再提交。"


class Conflict(DomainError):
    """The thing changed in the meantime, or exists already."""

    code = "conflict"
    status = 409
    message = "内容已经有变化。"
    mend = "请刷新页面，看看最新情况。"


class TooManyRequests(DomainError):
    """A rate limit; ``retry_after_seconds`` says when to come back."""

    code = "too_many_requests"
    status = 429
    message = "操作太频繁了。"
    mend = "请稍等一会儿再试。"


class Unavailable(DomainError):
    """Something outside does not answer now; nothing is lost."""

    code = "unavailable"
    status = 503
    message = "对方系统暂时没有回应。"
    mend = "请稍后再试。"
