"""The sentences of the roof's refusals."""

from django.utils.translation import gettext_lazy as _

from apps.audit.reasons import register_sentences

register_sentences(
    {
        "verification.not_found": _("There is no such verification."),
        "event.not_found": _("There is no such event in the register."),
        "copy.missing": _("No file was chosen."),
        "copy.too_long": _("The file is longer than 25 MB."),
        "copy.checkpoint_unreadable": _("The checkpoint file holds no checkpoint."),
    },
    remedies={
        "verification.not_found": _("Start a new one on the page of the register."),
        "event.not_found": _("Search the register by case, actor or date."),
        "copy.missing": _("Choose the file register.jsonl that was downloaded here."),
        "copy.too_long": _("Verify it offline: the command takes files of any length."),
        "copy.checkpoint_unreadable": _(
            "Choose a file checkpoints-….jsonl, or a checkpoint mail as it was saved."
        ),
    },
)
