"""Pages of acknowledgements."""

from flask import render_template

from hmswiki.foundation.permissions import Permission
from hmswiki.web.access import access
from hmswiki.web.blueprint import FeatureBlueprint

blueprint = FeatureBlueprint("acknowledgements", __name__)


@blueprint.get("/")
@access(Permission.SIGNED_IN)
def home() -> str:
    return render_template("hmswiki/error.html", title="x", text="y")


@blueprint.get("/my-record")
@access(Permission.SIGNED_IN)
def my_record() -> str:
    return render_template("hmswiki/error.html", title="x", text="y")
