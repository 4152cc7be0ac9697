"""Forms of the desk. What may stand in them is decided by the operation."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms

from shimin.capabilities.sign_on.public import RULES, Algorithm, AuthMethod, ClientWish, Scope

METHOD_WORDS = {
    AuthMethod.SECRET_BASIC: "有服务器：密钥放在 Authorization 头（client_secret_basic）",
    AuthMethod.SECRET_POST: "有服务器：密钥放在表单里（client_secret_post）",
    AuthMethod.PRIVATE_KEY_JWT: "有服务器：用自己的密钥对签名（private_key_jwt），最稳妥",
    AuthMethod.NONE: "没有服务器：手机应用或网页，必须用 PKCE（none）",
}


class ClientForm(forms.Form):
    """Register a system."""

    use_required_attribute = False

    agency_id = forms.TypedChoiceField(label="单位", coerce=int)
    name = forms.CharField(label="系统名称", max_length=60, help_text="市民会看到，例如：公积金网上大厅。")
    purpose = forms.CharField(
        label="登录后用来做什么", max_length=300, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="市民同意前会读到这句话，请写具体，例如：查公积金账户、提交提取申请。",
    )  # fmt: skip
    home_url = forms.CharField(label="系统首页", max_length=400, help_text="例如：https://gjj.example.gov.cn/")
    redirect_uris = forms.CharField(
        label="返回地址（redirect_uri）", required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="一行一个，写完整，一个字都不能差；都在同一个域名下。",
    )  # fmt: skip
    post_logout_uris = forms.CharField(
        label="退出后返回地址", required=False, max_length=5_000, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="系统请市民退出后，把人送回哪里；一行一个。",
    )  # fmt: skip
    logout_url = forms.CharField(
        label="退出通知地址", required=False, max_length=400,
        help_text="市民在别处退出时，我们通知这个地址（back-channel logout），系统应随即结束自己的登录。",
    )  # fmt: skip
    scopes = forms.MultipleChoiceField(
        label="需要哪些资料", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(str(scope), RULES[scope].words) for scope in Scope if scope != Scope.OPENID],
        help_text="只勾办事真正要用的。不勾也能登录：系统只得到一个专用编号。",
    )  # fmt: skip
    auth_method = forms.ChoiceField(
        label="怎样证明是这个系统", choices=[(str(method), words) for method, words in METHOD_WORDS.items()],
        widget=forms.RadioSelect, initial=str(AuthMethod.SECRET_BASIC),
    )  # fmt: skip
    algorithm = forms.ChoiceField(
        label="id_token 签名算法", choices=[(str(each), str(each)) for each in Algorithm], initial=str(Algorithm.RS256),
    )  # fmt: skip

    jwks = forms.CharField(
        label="系统的公钥（JWKS）", required=False, max_length=8_000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="选了密钥对证明才要填。只交公钥，RSA 2048 位以上或 EC P-256。",
    )  # fmt: skip
    machine_scopes = forms.CharField(
        label="系统自己要调用的接口", required=False, max_length=2_000,
        help_text="没有市民在场时，用来调用别的单位的系统；空格分开，例如：housing-fund:accounts.read；"
        "经 Open311 报送诉求：hotline:requests.file。",
    )  # fmt: skip
    calls_per_minute = forms.IntegerField(label="每分钟最多换取凭证", initial=600, min_value=1, max_value=6_000)

    def __init__(self, agencies: Sequence[tuple[int, str]], data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.fields["agency_id"].choices = agencies  # type: ignore[attr-defined]

    def wish(self) -> ClientWish:
        """Return what was written down."""
        given = self.cleaned_data
        return ClientWish(
            agency_id=given["agency_id"], name=given["name"], purpose=given["purpose"],
            home_url=given["home_url"].strip(), redirect_uris=tuple(given["redirect_uris"].split()),
            post_logout_uris=tuple(given["post_logout_uris"].split()), logout_url=given["logout_url"].strip(),
            scopes=tuple(given["scopes"]), auth_method=given["auth_method"], algorithm=given["algorithm"],
            jwks=given["jwks"].strip(), machine_scopes=tuple(given["machine_scopes"].split()),
            calls_per_minute=given["calls_per_minute"],
        )  # fmt: skip
