"""hmswiki: a wiki for HSE guidelines that can say who has been informed, of which edition, on any date."""

from hmswiki.app import create_app
from hmswiki.extension import HmsWiki

__all__ = ["HmsWiki", "create_app"]
__version__ = "0.1.0"
