"""Alipay (支付宝) behind the gateway port: RSA2-signed requests, form notifies, query, close, refund, bill download."""

from shimin.adapters.alipay.connecting import connect

__all__ = ["connect"]
