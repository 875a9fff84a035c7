"""Pages for reading guidelines."""

from hmswiki.web.blueprint import FeatureBlueprint

blueprint = FeatureBlueprint("guidelines", __name__, url_prefix="/guidelines")
