"""The reference of records in Markdown, written from the departments themselves so that it cannot fall behind."""

from .department import Department, Field, Param, Record


def render(departments: tuple[Department, ...]) -> str:
    """Write every department's records, parameters and fields as Markdown."""
    return "\n".join(_department(department) for department in departments)


def _department(department: Department) -> str:
    head = f"### {department.name} {department.title} (port base + {department.port_offset})\n"
    acts = (_record(act, "act") for act in department.acts)
    return "\n".join([head, *(_record(record, "record") for record in department.records), *acts])


def _record(record: Record, kind: str) -> str:
    about = "About a person." if record.about_person else "Not about a person: `subject` is null."
    lines = [f"#### {'Act ' if kind == 'act' else ''}`{record.name}` {record.title}", "", about]
    lines += [_param(param) for param in record.params]
    lines += ["", "| field | type | title | values |", "|---|---|---|---|"]
    lines += [_field(field) for field in record.fields]
    return "\n".join(lines) + "\n"


def _param(param: Param) -> str:
    form = f"integer {param.between[0]}–{param.between[1]}" if param.between else f"text, {param.title}"
    return f"Parameter `{param.name}`: {form}{'' if param.required else ' (optional)'}."


def _field(field: Field) -> str:
    kind = f"{field.type}, nullable" if field.nullable else field.type
    return f"| `{field.name}` | {kind} | {field.title} | {', '.join(field.values)} |"
