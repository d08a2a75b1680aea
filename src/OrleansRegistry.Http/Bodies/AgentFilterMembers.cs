namespace OrleansRegistry.Http;

/// <summary>
/// The filters of an <see cref="AgentQuery"/> as a request has them: in a body each <see cref="AgentField"/> by its name, a string or several (<c>tags</c> and
/// <c>skills</c> only several), and the same within <c>all</c> and <c>not</c>; in a query string <c>tag</c>, <c>all.tag</c> and <c>not.tag</c>.
/// </summary>
internal static class AgentFilterMembers
{
    /// <summary>What a body with filters has beside its other members.</summary>
    public static IReadOnlyList<string> Names { get; } =
        [.. AgentField.All.SelectMany(field => field.Plural is { } plural ? (string[])[field.Name, plural] : [field.Name]), "all", "not"];

    private static readonly RequestMembers.Names Fields = new([.. Names.SkipLast(2)]);

    /// <summary>The query with the filters of a body.</summary>
    /// <exception cref="RegistryException">A member is of a wrong type, or there twice.</exception>
    public static AgentQuery Read(RequestMembers members, AgentQuery query) => query with
    {
        Any = Read(members),
        All = Nested(members, "all"),
        Not = Nested(members, "not"),
    };

    /// <summary>The query with the filters of a query string.</summary>
    public static AgentQuery Read(QueryParameters parameters, AgentQuery query)
    {
        foreach (var field in AgentField.All)
        {
            query = query with
            {
                Any = query.Any.With(field, parameters.Texts(field.Name)),
                All = field.IsSingle ? query.All : query.All.With(field, parameters.Texts(AllName(field))),
                Not = query.Not.With(field, parameters.Texts(NotName(field))),
            };
        }

        return query;
    }

    /// <summary>Describes the parameters.</summary>
    public static ApiOperation Describe(ApiOperation operation)
    {
        foreach (var field in AgentField.All)
        {
            var type = IsFlag(field) ? "boolean" : "string";
            operation.Query(field.Name, Says("Agents with at least one of these", field), type, repeats: !IsFlag(field));
        }

        foreach (var field in AgentField.All.Where(field => !field.IsSingle))
        {
            operation.Query(AllName(field), Says("Agents with all of these", field), repeats: true);
        }

        foreach (var field in AgentField.All)
        {
            operation.Query(NotName(field), Says("Agents with none of these", field), repeats: true);
        }

        return operation;
    }

    /// <summary>Whether its values are true and false, which bodies have as such.</summary>
    public static bool IsFlag(AgentField field) => field.Values?.Contains("true") == true;

    private static string Says(string some, AgentField field) =>
        $"{some}: {field.Description}{(field.Values is null || IsFlag(field) ? "" : $" ({string.Join(", ", field.Values)})")}.";

    private static string AllName(AgentField field) => $"all.{field}";

    private static string NotName(AgentField field) => $"not.{field}";

    /// <summary>Filters that are a member of their own; none where it is absent.</summary>
    public static AgentFilters Nested(RequestMembers members, string name) => members.Object(name) is { } json
        ? Read(new RequestMembers(json, Fields, name, $"{name}."))
        : AgentFilters.None;

    private static AgentFilters Read(RequestMembers members)
    {
        var filters = AgentFilters.None;
        foreach (var field in AgentField.All)
        {
            bool Has(string name) => members.Knows(name) && members.Has(name);
            var name = field.Plural is { } plural && Has(plural) ? plural : field.Name;
            if (name != field.Name && Has(field.Name))
            {
                throw RegistryException.Invalid(members.Field(name), $"is the same as {field.Name}; send one of them");
            }

            if (Has(name))
            {
                filters = filters.With(field, [.. Values(members, field, name).Where(value => value.Length > 0)]);
            }
        }

        return filters;
    }

    private static IReadOnlyList<string> Values(RequestMembers members, AgentField field, string name)
    {
        if (IsFlag(field))
        {
            return [members.Boolean(name) == true ? "true" : "false"];
        }

        return name == field.Plural ? members.Texts(name)! : members.TextOrTexts(name);
    }
}
