"""What an admin can define: components as text, field types, the model and the difference of two models. Pure: no I/O."""

from metamodel.build import build_model as build_model
from metamodel.component import Component as Component
from metamodel.diff import diff as diff
from metamodel.fields.registry import FIELD_TYPES as FIELD_TYPES
from metamodel.fields.registry import build_field_types as build_field_types
from metamodel.kinds import KINDS as KINDS
from metamodel.kinds import path_of as path_of
from metamodel.model import Model as Model
from metamodel.problems import MetadataError as MetadataError
from metamodel.problems import MetadataProblem as MetadataProblem
from metamodel.problems import MetamodelError as MetamodelError
from metamodel.problems import UnknownName as UnknownName
from metamodel.reading import read_component as read_component
from metamodel.reading import read_source as read_source
from metamodel.schema import schema_for as schema_for
from metamodel.yaml_writer import to_yaml as to_yaml
