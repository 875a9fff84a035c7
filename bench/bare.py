"""The bare route that reading is compared with: a session, a user and one row, and a template of as many bytes.

Written as one writes a small Flask application: Flask's signed cookie, models of its own, three selects, one
template. It is served by the same server with as many threads, from the same database file.
"""

import argparse

from flask import Flask, abort, render_template, session
from jinja2 import DictLoader
from sqlalchemy import ForeignKey, Text, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from waitress import serve


class Base(DeclarativeBase):
    pass


class SignIn(Base):
    __tablename__ = "hms_sign_ins"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("hms_people.id"))
    token_hash: Mapped[str] = mapped_column(Text)


class User(Base):
    __tablename__ = "hms_people"

    id: Mapped[int] = mapped_column(primary_key=True)
    external_key: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(Text)


class Row(Base):
    __tablename__ = "hms_translations"

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)


PAGE = """<!doctype html>
<html lang="{{ row.language }}"><head><meta charset="utf-8"><title>{{ row.title }}</title></head>
<body><header>{{ user.name }}</header>
%s
<main><h1>{{ row.title }}</h1>{{ row.html|safe }}</main></body></html>
"""


def create_app(database: str, row_id: int, filling: int) -> Flask:
    """`filling`: so many bytes stand in the template itself, beside what is filled in."""
    app = Flask("bare", static_folder=None)
    app.secret_key = "only for measuring, and thrown away"
    app.jinja_loader = DictLoader(
        {"page.html": PAGE % ("<p>all that a page has around its text</p>\n" * filling)[:filling]}
    )
    engine = create_engine(database)

    @app.get("/sign-in/<token>")
    def sign_in(token: str) -> str:
        session["token"] = token
        return "signed in"

    @app.get("/page")
    def page() -> str:
        with Session(engine) as db:
            sign_in = db.scalar(select(SignIn).where(SignIn.token_hash == session["token"]))
            if sign_in is None:
                abort(403)
            user = db.scalar(select(User).where(User.id == sign_in.person_id))
            row = db.scalar(select(Row).where(Row.id == row_id))
            return render_template("page.html", user=user, row=row)

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--row", type=int, required=True)
    parser.add_argument("--filling", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    app = create_app(asked.database, asked.row, asked.filling)
    serve(app, host="127.0.0.1", port=asked.port, threads=asked.threads, ident=None)
