"""WeChat Pay (微信支付) v3 behind the gateway port: signed requests, sealed notifies, query, close, refund, bill."""

from shimin.adapters.wechat_pay.connecting import connect

__all__ = ["connect"]
