namespace OrleansRegistry.Transfer;

/// <summary>Names a record of an export, to go on after: <c>task/acme/t-1</c>.</summary>
internal sealed record RecordName(TransferKind Kind, RecordKey Key)
{
    /// <exception cref="RegistryException">It is not such a name.</exception>
    public static RecordName? Read(string? name)
    {
        if (name is null)
        {
            return null;
        }

        var parts = name.Split('/', 3);
        return TransferKind.All.FirstOrDefault(kind => kind != TransferKind.Agents && kind.Kind.Name == parts[0]) is { } known && parts.Length == 3
            ? new RecordName(known, new RecordKey(parts[1], parts[2]))
            : throw RegistryException.Invalid(
                "after",
                $"'{RecordLine.Shorten(name)}' is not the name of a task, context or feedback, such as task/acme/t-1");
    }

    public override string ToString() => $"{Kind.Kind.Name}/{Key.Tenant}/{Key.Id}";
}
