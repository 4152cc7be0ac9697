"""Alipay's withholding agreements (商家扣款): sign on a page, be told, ask, end, and take money under one.

Source: opendocs.alipay.com: alipay.user.agreement.page.sign, .query, .unsign; alipay.trade.pay with agreement_params;
notifies dut_user_sign and dut_user_unsign.
"""

from __future__ import annotations

from collections.abc import Mapping

from shimin.adapters.alipay.gateway import CODE, AlipayGateway, answered_receipt, require_done, yuan
from shimin.capabilities.payments.ports import (
    AgreementGone,
    AgreementOffer,
    AgreementState,
    AgreementWord,
    GatewayRefused,
    MoneyShort,
    NotifyForged,
    TradeState,
    TradeStatus,
    Withholding,
)
from shimin.kernel.clock import CHINA
from shimin.kernel.errors import Unavailable

PRODUCT, PERSONAL_PRODUCT = "GENERAL_WITHHOLDING", "GENERAL_WITHHOLDING_P"
_LONGEST_NO = 64
_STATES = {"NORMAL": AgreementState.ACTIVE, "TEMP": AgreementState.UNSIGNED, "STOP": AgreementState.ENDED}
_NOTIFIED = {"dut_user_sign": AgreementState.ACTIVE, "dut_user_unsign": AgreementState.ENDED}
_NOT_THERE = ("USER_AGREEMENT_NOT_EXIST", "isv.user-agreement-not-exist", "UN_FOUND_USER_AGREEMENT")
_GONE = ("ACQ.AGREEMENT_NOT_EXIST", "ACQ.AGREEMENT_INVALID", "ACQ.AGREEMENT_STATUS_NOT_NORMAL", "ACQ.AGREEMENT_ERROR")
_SHORT = ("ACQ.BUYER_BALANCE_NOT_ENOUGH", "ACQ.BUYER_BANKCARD_BALANCE_NOT_ENOUGH", "ACQ.BALANCE_IS_NOT_ENOUGH")


class AlipayAgreements:
    """See ``payments.ports.AgreementGateway``. ``scene`` (sign_scene) is allotted by Alipay with the product."""

    code = CODE
    title = AlipayGateway.title

    def __init__(self, gateway: AlipayGateway, scene: str) -> None:
        self._gateway = gateway
        self._scene = scene

    def open_signing(self, offer: AgreementOffer) -> str:
        """Return the signed address of the page where the payer agrees."""
        content = {
            "product_code": PRODUCT,
            "personal_product_code": PERSONAL_PRODUCT,
            "sign_scene": self._scene,
            "external_agreement_no": offer.external_no,
            "third_party_type": "PARTNER",
            "access_params": {"channel": "ALIPAYAPP"},
            "period_rule_params": {"single_amount": yuan(offer.most_fen)},
        }
        return self._gateway.page_address(
            "alipay.user.agreement.page.sign", content, notify_url=offer.notify_url, return_url=offer.return_url
        )

    def read_agreement_notify(self, headers: Mapping[str, str], body: bytes) -> AgreementWord | None:
        """Return what a notify says of an agreement; see the port."""
        values = self._gateway.prove_notify(body)
        state = _NOTIFIED.get(values.get("notify_type", ""))
        if state is None or values.get("personal_product_code") != PERSONAL_PRODUCT:
            return None
        if state is AgreementState.ACTIVE and values.get("status") != "NORMAL":
            return None
        external_no, agreement_no = values.get("external_agreement_no", ""), values.get("agreement_no", "")
        if not 1 <= len(external_no) <= _LONGEST_NO or not 1 <= len(agreement_no) <= _LONGEST_NO:
            raise NotifyForged("agreement number")
        return AgreementWord(external_no, agreement_no, state)

    def acknowledge(self) -> tuple[str, bytes]:
        """Return the word after which Alipay sends no more."""
        return self._gateway.acknowledge()

    def query_agreement(self, external_no: str) -> AgreementWord:
        """Ask how an agreement stands. Alipay forgets one that was ended: then it is unknown."""
        answer = self._gateway.call("alipay.user.agreement.query", self._named(external_no))
        if answer.get("sub_code") in _NOT_THERE:
            return AgreementWord(external_no, "", AgreementState.UNKNOWN)
        try:
            require_done(answer)
        except GatewayRefused as refused:
            raise Unavailable("支付宝的答复无法识别，没有采用。") from refused
        state, agreement_no = _STATES.get(str(answer.get("status"))), str(answer.get("agreement_no", ""))
        if state is None or answer.get("external_agreement_no") != external_no or len(agreement_no) > _LONGEST_NO:
            raise Unavailable("支付宝的答复对不上，没有采用。")
        return AgreementWord(external_no, agreement_no, state)

    def end_agreement(self, external_no: str) -> None:
        """End an agreement."""
        answer = self._gateway.call("alipay.user.agreement.unsign", self._named(external_no))
        if answer.get("sub_code") not in _NOT_THERE:
            require_done(answer)

    def withhold(self, wish: Withholding) -> TradeStatus:
        """Take money under an agreement; see the port."""
        content = {
            "out_trade_no": wish.out_trade_no,
            "product_code": PRODUCT,
            "subject": wish.subject,
            "total_amount": yuan(wish.amount_fen),
            "time_expire": wish.expires_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S"),
            "agreement_params": {"agreement_no": wish.agreement_no},
        }
        answer = self._gateway.call("alipay.trade.pay", content, notify_url=wish.notify_url)
        sub_code = answer.get("sub_code")
        if sub_code in _GONE:
            raise AgreementGone(str(sub_code))
        if sub_code in _SHORT:
            raise MoneyShort(str(sub_code))
        if answer.get("code") == "10003":  # Alipay waits for the payer: not yet taken, and not refused
            return TradeStatus(TradeState.UNPAID)
        if sub_code in ("ACQ.TRADE_HAS_SUCCESS", "ACQ.TRADE_HAS_CLOSE"):
            return self.query(wish.out_trade_no)
        require_done(answer)
        if answer.get("out_trade_no") != wish.out_trade_no:
            raise Unavailable("支付宝的答复对不上，没有采用。")
        return TradeStatus(TradeState.PAID, answered_receipt(answer))

    def query(self, out_trade_no: str) -> TradeStatus:
        """Ask what became of a trade."""
        return self._gateway.query(out_trade_no)

    def _named(self, external_no: str) -> dict[str, str]:
        return {
            "external_agreement_no": external_no,
            "personal_product_code": PERSONAL_PRODUCT,
            "sign_scene": self._scene,
            "third_party_type": "PARTNER",
        }
