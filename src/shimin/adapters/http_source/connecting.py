"""Plug the departments into the ports; the project does it once, when the app starts."""

from __future__ import annotations

import os
from collections.abc import Mapping

from django.conf import settings

from shimin.adapters.http_source.acts import HttpPaymentReporter
from shimin.adapters.http_source.billers import HttpBillers
from shimin.adapters.http_source.clients import Clients
from shimin.adapters.http_source.day_files import HttpBillerFiles
from shimin.adapters.http_source.directory import REGISTERS, Directory, NotConfigured
from shimin.adapters.http_source.records import HttpRecordSource
from shimin.adapters.http_source.registers import HttpIdentitySource
from shimin.capabilities.catalogue.public import list_agencies
from shimin.capabilities.enquiries.ports import SourceSystem, set_record_source
from shimin.capabilities.identity.ports import (
    set_bank_card_source,
    set_identity_source,
    set_paper_source,
    set_relation_source,
)
from shimin.capabilities.payments.billing.ports import set_biller_system
from shimin.capabilities.payments.ports import set_biller_files, set_payment_reporter
from shimin.kernel.calls.connection import Endpoint
from shimin.kernel.crypto.keys import SIGNING_KEY, KeyUnreadable, load_private_key, load_public_key


def connect(environ: Mapping[str, str] = os.environ) -> None:
    """Serve look-ups, proofs of a real name and reports of payments by the departments. Opens no connection yet."""
    clients = Clients(_directory(environ))
    source = HttpRecordSource(clients)
    set_record_source(source)
    reporter = HttpPaymentReporter(clients)
    set_payment_reporter(reporter)
    set_biller_system(HttpBillers(source, reporter))
    set_biller_files(HttpBillerFiles(source))
    registers = HttpIdentitySource(source)
    set_identity_source(registers)
    set_relation_source(registers)
    set_bank_card_source(registers)
    set_paper_source(registers)


def check_config(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return what an operator has to mend, one sentence each: addresses, keys. Asks nobody."""
    directory = _directory(environ)
    faults = _key_faults(directory)
    declared = {
        system.name: SourceSystem(system.name, system.title, system.url, system.key, system.demo_port)
        for agency in list_agencies()
        for system in agency.systems
    }
    for system in {**REGISTERS, **declared}.values():
        try:
            address = directory.find(system)
            Endpoint.of(address.base_url)
            load_public_key(address.key_file)
        except (NotConfigured, ValueError, KeyUnreadable) as error:
            faults.append(str(error))
    return faults


def _key_faults(directory: Directory) -> list[str]:
    try:
        load_private_key(directory.keys_dir / SIGNING_KEY)
    except KeyUnreadable as error:
        return [f"{error}: run make_keys"]
    return []


def _directory(environ: Mapping[str, str]) -> Directory:
    config = settings.SHIMIN
    return Directory(config.keys_dir, environ, config.sandbox_port_base if config.demo else None)
