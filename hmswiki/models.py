"""All tables, for the migrations."""

from hmswiki.accounts import models as _accounts
from hmswiki.acknowledgements import models as _acknowledgements
from hmswiki.foundation import submissions as _submissions
from hmswiki.foundation.database import Base
from hmswiki.guidelines import models as _guidelines
from hmswiki.organisation import models as _organisation

metadata = Base.metadata

__all__ = ["metadata"]
_ = (_accounts, _acknowledgements, _guidelines, _organisation, _submissions)
