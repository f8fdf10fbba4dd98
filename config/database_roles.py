"""What a PostgreSQL server needs before the first migration: the SQL for the roles of the partner wall.

The application's role is no superuser and can't bypass row-level security. It may *become* the second role
(SET ROLE, see partners/tenancy.py) but inherits nothing from it. The same statements prepare the embedded
server and, through `manage.py prepare_database`, an external one (PostgreSQL 16 or newer with pgvector).
"""

import psycopg
from psycopg import sql

ALL_PARTNERS_ROLE = "curator_all_partners"

CREATE_ROLE = (
    "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {name}) THEN CREATE ROLE {role}; END IF; END $$"
)
ROLES = (
    "ALTER ROLE {role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION CREATEDB NOINHERIT",
    "ALTER ROLE {all_partners} NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOREPLICATION NOCREATEDB",
    "GRANT {all_partners} TO {role} WITH INHERIT FALSE, SET TRUE, ADMIN FALSE",
)
IN_DATABASE = (
    "CREATE EXTENSION IF NOT EXISTS vector",
    "GRANT USAGE, CREATE ON SCHEMA public TO {role}",
    "GRANT USAGE ON SCHEMA public TO {all_partners}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {role} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {all_partners}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {role} GRANT USAGE, SELECT ON SEQUENCES TO {all_partners}",
)
CREATE_DATABASE = "CREATE DATABASE {database} OWNER {role} ENCODING 'UTF8' TEMPLATE template0"


def prepare(superuser: str, *, role: str, database: str, password: str = "") -> None:
    """Create or correct the roles and the database; may be repeated. `superuser` is a connection URL."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        for statement in _role_statements(role):
            connection.execute(statement)
        if password:
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))
        exists = connection.execute("SELECT FROM pg_database WHERE datname = %s", [database]).rowcount
        if not exists:
            connection.execute(_compose(CREATE_DATABASE, role, database))
    prepare_database(psycopg.conninfo.make_conninfo(superuser, dbname=database), role=role)


def prepare_database(superuser: str, *, role: str) -> None:
    """The part that is repeated in every database, and in template1 where the tests make theirs."""
    with psycopg.connect(superuser) as connection:
        for statement in IN_DATABASE:
            connection.execute(_compose(statement, role))


def script(role: str, database: str) -> str:
    """The same statements as a psql script, for an administrator who prefers to read first."""
    statements = [
        *_role_statements(role),
        _compose(CREATE_DATABASE, role, database),
        *(_compose(statement, role) for statement in IN_DATABASE),
    ]
    lines = [f"{statement.as_string()};" for statement in statements]
    lines.insert(-len(IN_DATABASE), f"\\connect {database}")
    return "\n".join(lines) + "\n"


def _role_statements(role: str) -> list[sql.Composed]:
    creates = [_compose(CREATE_ROLE, name) for name in (role, ALL_PARTNERS_ROLE)]
    return creates + [_compose(statement, role) for statement in ROLES]


def _compose(statement: str, role: str, database: str = "") -> sql.Composed:
    return sql.SQL(statement).format(
        name=sql.Literal(role),
        role=sql.Identifier(role),
        database=sql.Identifier(database),
        all_partners=sql.Identifier(ALL_PARTNERS_ROLE),
    )
