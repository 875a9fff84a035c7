"""The bare routes that reading and answering are compared with.

Reading: a session, a user and one row, and a template of as many bytes. Answering: a session, a user, and a row for
each answer. Written as one writes a small Flask application: Flask's signed cookie, models of its own, one
transaction. It is served by the same server with as many threads, over the same database.
"""

import argparse
from datetime import UTC, datetime

from flask import Flask, Response, abort, jsonify, render_template, request, session
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


class Answer(Base):
    __tablename__ = "hms_answers"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    round_id: Mapped[int]
    item: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    answered_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    by_id: Mapped[int]


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

    @app.post("/answers/<int:round_id>")
    def answers(round_id: int) -> Response:
        with Session(engine) as db:
            sign_in = db.scalar(select(SignIn).where(SignIn.token_hash == session["token"]))
            if sign_in is None:
                abort(403)
            user = db.get_one(User, sign_in.person_id)
            now = datetime.now(UTC).replace(tzinfo=None)
            for each in request.get_json()["answers"]:
                db.add(
                    Answer(
                        key=each["key"], round_id=round_id, item=each["item"], value=each["value"], answered_at=now,
                        recorded_at=now, by_id=user.id,
                    )
                )  # fmt: skip
            db.commit()
        return jsonify(saved=[each["key"] for each in request.get_json()["answers"]])

    return app


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--database", required=True)
    parser.add_argument("--row", type=int, default=0)
    parser.add_argument("--filling", type=int, default=0)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--port", type=int, required=True)
    asked = parser.parse_args()
    app = create_app(asked.database, asked.row, asked.filling)
    serve(app, host="127.0.0.1", port=asked.port, threads=asked.threads, ident=None)
