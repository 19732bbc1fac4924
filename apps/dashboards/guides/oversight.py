"""The guides of those who oversee: the Management Committee, the auditors, the administrators."""

from django.utils.translation import gettext_lazy as _

from apps.dashboards.guides.guide import Guide, Step
from apps.offices.choices import Role

DASHBOARD = (_("Dashboard"), "dashboards:dashboard")
REGISTER = (_("Register"), "dashboards:register")

OVERSIGHT_GUIDES = (
    Guide(
        key="management-committee",
        roles=(Role.MC_MEMBER, Role.MC_SECRETARY, Role.MC_CHAIR),
        title=_("Management Committee"),
        lead=_(
            "You see where the portfolio stands: what is where, whose turn it is, what is "
            "overdue, and how much money is at stake."
        ),
        steps=(
            Step(
                _("Note a decision, or return it"),
                _(
                    "Decisions on major cases wait on the Committee's page. The secretary writes down the date, "
                    "who took part and the minutes; with a quorum the decision is noted and takes effect, or is "
                    "returned once with reasons."
                ),
            ),
            Step(
                _("Where no quorum comes together"),
                _(
                    "The secretary defers the decision to the next meeting. After two such meetings, or past the last "
                    "day, a written procedure of five working days opens; where that fails, the chair has the turn."
                ),
            ),
            Step(
                _("Read the dashboard"),
                _(
                    "Its head says as of when, and what your numbers count. The chart and the "
                    "table beside it say the same."
                ),
            ),
            Step(
                _("Follow a number to its rows"),
                _(
                    "Every number is a link to the cases that it counts. Narrow them by office, "
                    "stage, state or outcome."
                ),
            ),
            Step(
                _("Open a case"),
                _(
                    "From its row you come to the whole case, with its timeline and, once it took "
                    "effect, its decision."
                ),
            ),
        ),
        good_to_know=(
            _("You see every case from its endorsement on; drafts are the office's own."),
            _("A decision is counted when it takes effect, and not before."),
            _("Under the tables, What each number means has a sentence for every number."),
        ),
        doors=(DASHBOARD,),
    ),
    Guide(
        key="auditor",
        roles=(Role.AUDITOR,),
        title=_("Auditor"),
        lead=_(
            "You see everything and change nothing. The register lets you prove what was done, by "
            "whom, and when."
        ),
        steps=(
            Step(
                _("Look an act up"),
                _(
                    "Filter the register by case, person, act or date, or by the hash that a "
                    "letter prints. Each event "
                    "shows the text that was hashed, its hash and that of the row before."
                ),
            ),
            Step(
                _("Verify the register here"),
                _(
                    "Verify now walks every row. It says intact, or names the first bad row and "
                    "what is wrong with it."
                ),
            ),
            Step(
                _("Verify it on a machine of your own"),
                _(
                    "Download the register and the verifier, ask two witnesses for the checkpoints, "
                    "take the public key from your own notes, and run it with Python "
                    "alone. You then trust nothing but your own computation."
                ),
            ),
            Step(
                _("Judge a copy"),
                _(
                    "Verify a copy says whether a file that somebody hands you is intact, and "
                    "whether it is this register."
                ),
            ),
        ),
        good_to_know=(
            _(
                "Names, reasons and scores are not in the register. They enter as salted hashes, "
                "so that a text can be erased and the chain stays whole."
            ),
            _(
                "Checkpoints are signed, and go to witnesses by themselves. The page of the register says which "
                "witness is behind."
            ),
            _("What came after the last checkpoint is chained, but not yet witnessed; the verifier says so."),
            _("That you took a copy is noted, and seen by auditors alone."),
        ),
        doors=(REGISTER, DASHBOARD, (_("Verify offline"), "dashboards:offline")),
    ),
    Guide(
        key="administrator",
        roles=(Role.ADMINISTRATOR,),
        title=_("Administrator"),
        lead=_("You keep offices, posts and calendars in order. You have no role in any case."),
        steps=(
            Step(
                _("Keep the offices and their posts"),
                _(
                    "A person acts by the post that they hold, from a day to a day. Rights follow "
                    "from it by themselves."
                ),
            ),
            Step(
                _("Keep the working calendars"),
                _(
                    "Every due moment is computed in the calendar of the office that must act. A "
                    "calendar counts once it is confirmed."
                ),
            ),
            Step(
                _("Watch the background work"),
                _(
                    "The page Health says when it last ran, and what waits. Nothing that is due "
                    "is lost while it stands still."
                ),
            ),
        ),
        doors=((_("Offices"), "offices:office-list"), (_("Health"), "dashboards:health")),
    ),
)
