"""All tables, for the migrations."""

from hmswiki.accounts import models as _accounts
from hmswiki.acknowledgements import models as _acknowledgements
from hmswiki.actions import models as _actions
from hmswiki.checklists import models as _checklists
from hmswiki.foundation import files as _files
from hmswiki.foundation import submissions as _submissions
from hmswiki.foundation.database import Base
from hmswiki.guidelines import models as _guidelines
from hmswiki.notes import models as _notes
from hmswiki.organisation import models as _organisation
from hmswiki.outcomes import models as _outcomes
from hmswiki.plenary import models as _plenary
from hmswiki.reminders import models as _reminders
from hmswiki.rounds import models as _rounds
from hmswiki.schedules import models as _schedules
from hmswiki.workshops import models as _workshops

metadata = Base.metadata

__all__ = ["metadata"]
_ = (
    _accounts, _acknowledgements, _actions, _checklists, _files, _guidelines, _notes, _organisation, _outcomes,
    _plenary, _reminders, _rounds, _schedules, _submissions, _workshops,
)  # fmt: skip
