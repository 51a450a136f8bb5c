"""Which account's list and items a kiosk goes on with, whatever became of its key."""

import pytest

from scanner_app.accounts import Accounts
from scanner_app.application.config import AccountConfig, Settings
from scanner_app.application.tenants import UNKNOWN
from scanner_app.platforms.tenant import fingerprint, without_key
from scanner_app.secrets import SecretStore

URL = "http://127.0.0.1:9"
HERE = AccountConfig("main", "passcreator", URL)
NOT_OPENED = AccountConfig("main", "nobody-knows-it", URL)


@pytest.mark.parametrize(
    ("account", "key", "training", "tenant"),
    [
        (HERE, "a-key", False, fingerprint(URL, "a-key")),
        (HERE, None, False, without_key(URL)),
        (HERE, None, True, UNKNOWN),  # in training no list is taken that was not opened with its key
        (NOT_OPENED, "a-key", False, UNKNOWN),  # more than the key is wrong
    ],
    ids=["with its key", "key missing", "key missing in training", "cannot be opened"],
)
def test_what_is_told_of_an_account_whose_key_may_be_missing(tmp_path, account, key, training, tenant):
    secrets = SecretStore(tmp_path, use_keyring=False)
    if key:
        secrets.put(account.secret_name, key)
    accounts = Accounts(lambda: Settings("door", accounts=(account,), training=training), secrets)
    try:
        assert accounts.tenants() == {"main": tenant}
    finally:
        accounts.close()
