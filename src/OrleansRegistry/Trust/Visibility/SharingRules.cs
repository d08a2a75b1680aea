namespace OrleansRegistry.Trust;

/// <summary>What may be said of who sees an agent and sends it messages.</summary>
internal static class SharingRules
{
    public const string Field = "visibility";
    private const string SubjectsField = "visible_to";
    private const string SendersField = "messages_from";

    /// <summary>Checks what is known to be wrong without the agent.</summary>
    /// <returns>Null where nothing is said.</returns>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>.</exception>
    public static AgentSharingChange? Check(AgentSharingChange? change)
    {
        if (change is null or { Visibility: null, VisibleTo: null, MessagesFrom: null })
        {
            return null;
        }

        if (change.Visibility is { } visibility && !AgentVisibilities.IsKnown(visibility))
        {
            throw RegistryException.Invalid(Field, $"must be {AgentVisibilities.AllNames}");
        }

        if (change.MessagesFrom is { } senders && !AgentSendersNames.IsKnown(senders))
        {
            throw RegistryException.Invalid(SendersField, $"must be {AgentSendersNames.AllNames}");
        }

        if (change.VisibleTo is not { } subjects)
        {
            return change;
        }

        if (subjects.Count > AgentSharing.MaxSubjects)
        {
            throw RegistryException.Invalid(SubjectsField, $"has {subjects.Count:N0} subjects; an agent names up to {AgentSharing.MaxSubjects}");
        }

        for (var i = 0; i < subjects.Count; i++)
        {
            Identifiers.CheckId(subjects[i], $"{SubjectsField}[{i}]");
        }

        return change with { VisibleTo = [.. subjects.Distinct(StringComparer.Ordinal)] };
    }

    /// <summary>An agent's sharing after a change.</summary>
    /// <param name="change">Null keeps what was.</param>
    /// <returns>Null where it is as usual.</returns>
    /// <exception cref="RegistryException"><see cref="RegistryError.Invalid"/>: it names subjects of an agent that is not for those named.</exception>
    public static AgentSharing? Apply(AgentSharingChange? change, AgentSharing? before)
    {
        if (change is null)
        {
            return before;
        }

        var was = before ?? AgentSharing.Usual;
        var visibility = change.Visibility ?? was.Visibility;
        if (visibility != AgentVisibility.Named && change.VisibleTo is { Count: > 0 })
        {
            throw RegistryException.Invalid(SubjectsField, $"is of an agent with the visibility named; this one's is {visibility.ToName()}");
        }

        var subjects = visibility == AgentVisibility.Named ? change.VisibleTo ?? was.VisibleTo : [];
        var senders = change.MessagesFrom ?? was.MessagesFrom;
        return visibility == AgentVisibility.Tenant && senders == AgentSenders.Tenant
            ? null
            : new AgentSharing { Visibility = visibility, VisibleTo = subjects, MessagesFrom = senders };
    }

    /// <summary>As a request's fingerprint has it.</summary>
    public static string? Text(AgentSharingChange? change) => change is null
        ? null
        : $"{change.Visibility?.ToName()} {change.MessagesFrom?.ToName()} {(change.VisibleTo is { } to ? "to\n" + string.Join('\n', to) : "")}";
}
