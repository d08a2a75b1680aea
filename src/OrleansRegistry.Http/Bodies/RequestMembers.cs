using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>
/// The members of one JSON object of a request, as slices of its body. Null and the empty string count as absent unless the names say otherwise, and
/// a member that is unknown, unless the names say otherwise, or there twice, is refused.
/// </summary>
internal sealed class RequestMembers
{
    private readonly Names names;
    private readonly string path;
    private readonly (string Sent, ReadOnlyMemory<byte> Value, JsonTokenType Type)[] found;

    /// <param name="what">How to call the object in an error: <c>body</c>.</param>
    /// <param name="path">What comes before a member's name in an error, such as <c>artifacts[2].</c></param>
    /// <exception cref="RegistryException">It is not a JSON object, or has a member that is unknown or repeated.</exception>
    public RequestMembers(ReadOnlyMemory<byte> json, Names names, string what = "body", string path = "")
    {
        this.names = names;
        this.path = path;
        found = new (string, ReadOnlyMemory<byte>, JsonTokenType)[names.Count];
        string? unknown = null;
        string? twice = null;
        var members = new JsonMembers(json, what);
        while (members.Next())
        {
            var index = names.Find(members);
            if (index < 0)
            {
                unknown ??= members.Name;
                continue;
            }

            twice ??= found[index].Sent is null ? null : members.Name;
            found[index] = (members.Name, members.Value, members.ValueType);
        }

        // Only after the last member, so that a body that is not JSON is reported as that.
        if (twice is not null)
        {
            throw RegistryException.Invalid(path + twice, "is there more than once");
        }

        if (unknown is not null && !names.IgnoresOthers)
        {
            throw RegistryException.Invalid(path + unknown, $"is no member of this {what}; it takes {names}");
        }
    }

    /// <summary>Reads a request's whole body, and takes from it what <paramref name="read"/> does: nothing of the body stays.</summary>
    /// <param name="limit">The most bytes.</param>
    /// <exception cref="HttpProblemException">415: it is not JSON by its headers.</exception>
    /// <exception cref="RegistryException">It is missing, too large, or not as <paramref name="read"/> or the names have it.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, long limit, Names names, Func<RequestMembers, T> read)
    {
        var body = await RequestBody.ReadJsonAsync(context, limit);
        var found = read(new RequestMembers(body.Bytes, names));
        body.Release();
        return found;
    }

    /// <summary>Whether the member has a value.</summary>
    public bool Has(string name) => IsSent(name) && (names.KeepsAbsent || !JsonMembers.IsAbsentValue(Find(name).Type, Find(name).Value));

    /// <summary>Whether there can be such a member.</summary>
    public bool Knows(string name) => names.Has(name);

    /// <summary>Whether the member is present, with any value.</summary>
    public bool IsSent(string name) => Find(name).Sent is not null;

    /// <summary>Whether the member is sent as null, which stands for nothing or, in a merge patch, takes a value away.</summary>
    public bool IsNull(string name) => IsSent(name) && Find(name).Type == JsonTokenType.Null;

    public ReadOnlyMemory<byte>? Document(string name) => Has(name) ? Find(name).Value : (ReadOnlyMemory<byte>?)null;

    public ReadOnlyMemory<byte>? Object(string name) => !Has(name) || Find(name).Type == JsonTokenType.StartObject
        ? Document(name)
        : throw RegistryException.Invalid(Field(name), $"must be an object, not {JsonValues.Describe(Find(name).Type)}");

    /// <summary>How the member is called in an error: as it was sent.</summary>
    public string Field(string name) => path + (Find(name).Sent ?? name);

    public string? Text(string name) => Has(name) ? JsonValues.Text(Find(name).Value, Field(name)) : null;

    /// <summary>A text that may be empty: then it is not absent.</summary>
    public string? TextOrEmpty(string name) => IsSent(name) ? JsonValues.Text(Find(name).Value, Field(name)) : null;

    public IReadOnlyList<string>? Texts(string name) => Has(name) ? JsonValues.Texts(Find(name).Value, Field(name)) : null;

    /// <summary>An array of strings, or one string in its place; none where it is absent.</summary>
    public IReadOnlyList<string> TextOrTexts(string name)
    {
        if (!Has(name))
        {
            return [];
        }

        return Find(name).Type switch
        {
            JsonTokenType.String => [Text(name)!],
            JsonTokenType.StartArray => Texts(name)!,
            var type => throw RegistryException.Invalid(Field(name), $"must be a string or an array of strings, not {JsonValues.Describe(type)}"),
        };
    }

    public bool? Boolean(string name) => Has(name) ? JsonValues.Boolean(Find(name).Type, Field(name)) : null;

    public int? Integer(string name, int min, int max) => Has(name) ? JsonValues.Integer(Find(name).Value, Field(name), min, max) : null;

    /// <summary>A number, which may have a fraction.</summary>
    public double? Fraction(string name)
    {
        if (!Has(name))
        {
            return null;
        }

        var reader = new Utf8JsonReader(Find(name).Value.Span);
        return reader.Read() && reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var value)
            ? value
            : throw RegistryException.Invalid(Field(name), $"must be a number, not {JsonValues.Describe(Find(name).Type)}");
    }

    /// <summary>The size of a page, for the registry to judge.</summary>
    public int? PageSize(PageLimit limit)
    {
        if (!Has(PageLimit.Field))
        {
            return null;
        }

        return JsonValues.Whole(Find(PageLimit.Field).Value) is >= int.MinValue and <= int.MaxValue and var size
            ? (int)size
            : throw RegistryException.Invalid(PageLimit.Field, limit.Rule);
    }

    public long? Number(string name, long min) => Has(name) ? JsonValues.Number(Find(name).Value, Field(name), min) : null;

    public IReadOnlyList<ReadOnlyMemory<byte>> Entries(string name, int most = int.MaxValue) =>
        Has(name) ? JsonValues.Entries(Find(name).Value, Field(name), most) : [];

    /// <summary>A time of RFC 3339; without an offset it is UTC.</summary>
    public DateTimeOffset? Time(string name) => Text(name) is not { } text ? null : TimeText.TryParse(text)
        ?? throw RegistryException.Invalid(Field(name), $"must be a time such as {TimeText.Example}, not '{text}'");

    /// <summary>How messages get to an agent.</summary>
    public AgentDelivery? Delivery(string name) => Text(name) is { } text ? ReadDelivery(text, Field(name)) : null;

    /// <summary>How far an agent is in its life.</summary>
    public AgentLifeCycle? LifeCycle(string name) => Text(name) is { } text ? ReadLifeCycle(text, Field(name)) : null;

    /// <summary>What is said of a deprecated agent, by two members; null, where that is a value, takes one back.</summary>
    public AgentDeprecation? Deprecation(string message, string successor)
    {
        return Has(message) || Has(successor) ? new AgentDeprecation(Said(message), Said(successor)) : null;

        string? Said(string name) => Has(name) && IsNull(name) ? "" : Text(name);
    }

    /// <summary>Who sees an agent and may send it messages, by three members; null where none of them is there.</summary>
    public AgentSharingChange? Sharing(string visibility, string visibleTo, string messagesFrom)
    {
        var change = new AgentSharingChange
        {
            Visibility = Text(visibility) is not { } seen ? null : AgentVisibilities.TryParse(seen)
                ?? throw RegistryException.Invalid(Field(visibility), $"must be {AgentVisibilities.AllNames}"),
            VisibleTo = Texts(visibleTo),
            MessagesFrom = Text(messagesFrom) is not { } from ? null : AgentSendersNames.TryParse(from)
                ?? throw RegistryException.Invalid(Field(messagesFrom), $"must be {AgentSendersNames.AllNames}"),
        };
        return change is { Visibility: null, VisibleTo: null, MessagesFrom: null } ? null : change;
    }

    /// <summary>Which cards an agent may be given.</summary>
    public AgentCompatibility? Compatibility(string name) => Text(name) is not { } text ? null : AgentCompatibilities.TryParse(text)
        ?? throw RegistryException.Invalid(Field(name), $"must be {AgentCompatibilities.AllNames}");

    /// <summary>Headers by their names, which are secrets.</summary>
    public AgentCredentials? Credentials(string name) => TextsByName(name) is { } headers ? new AgentCredentials(headers) : null;

    /// <summary>An object of texts, each name once; no error tells a value.</summary>
    public Dictionary<string, string>? TextsByName(string name)
    {
        if (Object(name) is not { } json)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json, JsonInput.Stored);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Value.ValueKind != JsonValueKind.String)
            {
                throw RegistryException.Invalid($"{Field(name)}.{member.Name}", $"must be a text, not {JsonInput.Describe(member.Value)}");
            }

            if (!texts.TryAdd(member.Name, member.Value.GetString()!))
            {
                throw RegistryException.Invalid($"{Field(name)}.{member.Name}", "is there more than once");
            }
        }

        return texts;
    }

    /// <summary>A state of a task, in either spelling.</summary>
    public TaskState? State(string name) => Text(name) is { } text ? ReadState(text, Field(name)) : null;

    public RegistryException Missing(string name, string rule) => RegistryException.Invalid(path + name, $"is missing; {rule}");

    /// <exception cref="RegistryException">It is not a state.</exception>
    public static TaskState ReadState(string text, string field) => TaskStates.TryParse(text) ?? throw RegistryException.Invalid(
        field,
        $"must be one of {string.Join(", ", TaskStates.All.Select(state => state.ToV10()))} "
            + $"(or in the spelling of 0.3, such as {TaskState.Submitted.ToV03()})");

    /// <exception cref="RegistryException">There is no such delivery.</exception>
    public static AgentDelivery ReadDelivery(string text, string field) =>
        AgentDeliveries.TryParse(text) ?? throw RegistryException.Invalid(field, $"must be {AgentDeliveries.AllNames}");

    /// <exception cref="RegistryException">There is no such life cycle.</exception>
    public static AgentLifeCycle ReadLifeCycle(string text, string field) =>
        AgentLifeCycles.TryParse(text) ?? throw RegistryException.Invalid(field, $"must be {AgentLifeCycles.AllNames}");

    private (string? Sent, ReadOnlyMemory<byte> Value, JsonTokenType Type) Find(string name) => found[names.IndexOf(name)];

    /// <summary>What an object may have. A name that is written in camelCase goes by its snake_case form too.</summary>
    public sealed class Names(params string[] names)
    {
        private readonly (byte[] Name, byte[] Snake)[] spellings =
            [.. names.Select(name => (Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(ToSnakeCase(name))))];

        /// <summary>Null and the empty string are values, which the type of the member allows or not.</summary>
        public bool KeepsAbsent { get; init; }

        /// <summary>Members of other names are passed over.</summary>
        public bool IgnoresOthers { get; init; }

        public int Count => names.Length;

        public bool Has(string name) => Array.IndexOf(names, name) >= 0;

        public int IndexOf(string name) =>
            Array.IndexOf(names, name) is >= 0 and var index ? index : throw new ArgumentOutOfRangeException(nameof(name), name, null);

        public int Find(in JsonMembers members)
        {
            for (var i = 0; i < spellings.Length; i++)
            {
                if (members.NameIs(spellings[i].Name) || members.NameIs(spellings[i].Snake))
                {
                    return i;
                }
            }

            return -1;
        }

        public override string ToString() => string.Join(", ", names);

        private static string ToSnakeCase(string name) =>
            string.Concat(name.Select(c => char.IsAsciiLetterUpper(c) ? $"_{char.ToLowerInvariant(c)}" : $"{c}"));
    }
}
