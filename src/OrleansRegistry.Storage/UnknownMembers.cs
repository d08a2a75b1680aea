namespace OrleansRegistry.Storage;

/// <summary>
/// What a newer version stored of a record and this one does not know: it is carried through every change, so that an upgrade in steps loses nothing.
/// </summary>
/// <param name="Document">The unknown members of its document, as one JSON object; empty if there are none.</param>
/// <param name="Fields">Those of its fields.</param>
[GenerateSerializer, Immutable, Alias("registry.UnknownMembers")]
public readonly record struct UnknownMembers([property: Id(0)] RawJson Document, [property: Id(1)] RawJson Fields);
