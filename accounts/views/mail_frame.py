"""Showing a mail inside a page: in a frame of its own, where its styles work and nothing else does.

The frame is a sandbox without scripts, forms and windows; it loads nothing from anywhere.
"""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp
from django.views.decorators.clickjacking import xframe_options_sameorigin

__all__ = ["mail_frame"]

POLICY = {
    "default-src": [NONE],
    # A mail carries its looks at its elements, because mail programs drop style sheets.
    "style-src": [UNSAFE_INLINE],
    "base-uri": [NONE],
    "form-action": [NONE],
    "frame-ancestors": [SELF],
    "sandbox": [True],
}


def mail_frame(view):
    """A view whose answer is shown in a frame of our own pages."""
    return xframe_options_sameorigin(csp(POLICY)(view))
