"""Configuration: one `node.toml`, unknown keys refused, every effective value with its origin.

In: the file in the node's folder, the environment, flags. Out: `Settings`, whose `config` is the
file as frozen values; secrets are only ever named, as `{ file = … }` or `{ env = … }`.
`parts`, `feeds`, `machines` and `taxii` hold the tables, `whole` all of them together; `listen`
says what may be listened on.
"""

from noroshi.config.feeds import Feed, FeedLabel
from noroshi.config.machines import Machine, Peer
from noroshi.config.secret import Secret
from noroshi.config.settings import ACCOUNTS, FILE_NAME, Settings, effective, load_settings
from noroshi.config.taxii import API, ApiRoot, PlainCollection
from noroshi.config.whole import Config

__all__ = [  # noqa: RUF022 — in the order of sorted(), as everywhere
    "ACCOUNTS",
    "API",
    "ApiRoot",
    "Config",
    "FILE_NAME",
    "Feed",
    "FeedLabel",
    "Machine",
    "Peer",
    "PlainCollection",
    "Secret",
    "Settings",
    "effective",
    "load_settings",
]
