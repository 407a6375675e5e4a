"""The assessment file: one encrypted SQLite database that keeps what was seen and said, and its snapshots.

StoreError                a file that cannot be opened, read or written; `code` names a text under `words.store_error`
├── NotThere              there is no file at this path
│   └── Vanished          it was moved, renamed or deleted while it was open, or only its snapshots are left
├── AlreadyThere          a file is there already, and is not overwritten
├── NotAnAssessment       some other kind of file
├── WrongSecret           this passphrase or key does not open it
├── Damaged               the secret is right, the content is not whole; a snapshot may be
├── NewerVersion          made by a newer version of the program: it opens, but is not written to
├── InUse                 another program has it open
├── DiskFull              no room left; what was saved before is safe
├── NotWritable           the place cannot be written to
├── Unsaved               another file is open, and could not be saved
└── NoKeyring             this computer's keyring cannot be used, or keeps no key for this file
"""

from fumimori.store.errors import (
    AlreadyThere,
    Damaged,
    DiskFull,
    InUse,
    NewerVersion,
    NoKeyring,
    NotAnAssessment,
    NotThere,
    NotWritable,
    StoreError,
    Unsaved,
    Vanished,
    WrongSecret,
)
from fumimori.store.file import AssessmentFile, discard
from fumimori.store.file_type import may_be_assessment
from fumimori.store.keys import Fresh
from fumimori.store.keys import fresh as fresh_key
from fumimori.store.keys import usable as keyring_usable
from fumimori.store.lock import check_free
from fumimori.store.whole import write_whole
