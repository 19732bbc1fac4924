"""The sentences and the wording of this app."""

from django.utils.translation import gettext_lazy as _

from apps.audit.reasons import register_sentences
from apps.notices.wording import register_wording

register_sentences(
    {
        "notice.not_found": _("There is no such notice."),
        "notice.no_such_way": _("“{value}” is no way in which these messages come."),
    },
    remedies={
        "notice.not_found": _("Go back to your notices."),
        "notice.no_such_way": _("Choose one of those that the page names."),
    },
)
register_wording(
    {
        "register.checkpoint": (
            _("Register checkpoint {seq}"),
            _(
                "Keep this message. It proves later that nothing in the register up to event {seq} was "
                "changed or cut off.\n\nseq {seq}\nhead {head}\ntime {time}"
            ),
        ),
        "register.checkpoint.signed": (
            _("Register checkpoint {seq}"),
            _(
                "Keep this message as it is. It proves later that nothing in the register up to event {seq} was "
                "changed or cut off. The verifier of the register reads it, and the key tells whether it comes from "
                "the portal.\n\nseq {seq}\nhead {head}\ntime {time}\nkey {key}\nsignature {signature}"
            ),
        ),
    }
)
