"""The error that is meant for users."""

import errno
import re

# Errors that no other path or name can fix: there is no space left.
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
# Characters that break a line or move a terminal's cursor.
CONTROL_CHARACTER = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class UserError(Exception):
    """Says in one line what was wrong, where (file, line, key), and what to do."""

    def __str__(self) -> str:
        # Messages quote names and file content, which may hold anything.
        return CONTROL_CHARACTER.sub(lambda found: repr(found[0])[1:-1], super().__str__())
