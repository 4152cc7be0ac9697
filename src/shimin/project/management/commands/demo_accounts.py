"""Print how to sign in to the demo city."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from shimin.project.demo_city import accounts, officers


class Command(BaseCommand):
    """``manage demo_accounts``: the same words at every start."""

    help = "Print the accounts of the demo city."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write one line for each account."""
        about = accounts()
        self.stdout.write(f"演示账号（密码都是 {about['password']}）")
        for citizen in about["citizens"]:
            self.stdout.write(f"  市民 {citizen['phone']}  {citizen.get('name', '')}  {citizen['words']}")
        for officer in officers():
            self.stdout.write(
                f"  工作人员 {officer.login}  {officer.name}  （从 /desk/sign-in 登录，动态码已自动填好）"
            )
        self.stdout.write("可以用来试实名核实的演示居民：")
        for person in about["to_prove"]:
            card = f"社会保障卡卡号 {person['social_card']}"
            self.stdout.write(f"  {person['name']}  {person['id_number']}  {card}  {person['words']}")
        self.stdout.write("用护照、永久居留证、通行证来试的：")
        for words in about["foreigners"]:
            self.stdout.write(f"  {words}")
        others = about["to_act_for"]
        child = others["child"]
        self.stdout.write(f"周晓敏可以代办的：孩子 {child['name']} {child['id_number']}，单位 {others['company']}")
        card = about["bank_card"]
        self.stdout.write(f"周晓敏的银行卡（核实到3级）：{card['number']}，银行预留手机号 {card['phone']}")
        self.stdout.write("短信验证码都在 /demo/inbox")
