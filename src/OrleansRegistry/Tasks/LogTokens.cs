using System.Globalization;

namespace OrleansRegistry.Tasks;

/// <summary>Page tokens of lists that are read from the store, and of logs.</summary>
internal static class LogTokens
{
    /// <summary>
    /// What a page token of one log is bound to: its position is not valid in the log of a task or context that was created again with the same id.
    /// </summary>
    public static string QueryOf(string log, string tenant, string id, DateTimeOffset madeAt) =>
        string.Create(CultureInfo.InvariantCulture, $"{log}\n{tenant}\n{id}\n{madeAt.UtcTicks}");

    public static string? Make(LogPosition? next, string query) =>
        next is null
        ? null
        : PageToken.Make(string.Create(CultureInfo.InvariantCulture, $"{next.Base}/{next.Page}/{next.Offset}/{next.Index}"), query);

    /// <exception cref="RegistryException">The token was not issued for this query.</exception>
    public static LogPosition? ReadPosition(string? token, string query)
    {
        if (PageToken.Read(token, query) is not { } text)
        {
            return null;
        }

        var parts = text.Split('/');
        return parts.Length == 4 && Number(parts[0], out var first) && Number(parts[1], out var page) && Number(parts[2], out var offset)
            && offset <= int.MaxValue
            && Number(parts[3], out var index)
            ? new LogPosition(first, page, (int)offset, index)
            : throw Broken();
    }

    public static string? Make((int Artifact, int Entry)? next, string query) =>
        next is null ? null : PageToken.Make(string.Create(CultureInfo.InvariantCulture, $"{next.Value.Artifact}/{next.Value.Entry}"), query);

    /// <exception cref="RegistryException">The token was not issued for this query.</exception>
    public static (int Artifact, int Entry) ReadArtifact(string? token, string query)
    {
        if (PageToken.Read(token, query) is not { } text)
        {
            return default;
        }

        var parts = text.Split('/');
        return parts.Length == 2 && Number(parts[0], out var artifact) && artifact <= int.MaxValue && Number(parts[1], out var entry)
            && entry <= int.MaxValue
            ? ((int)artifact, (int)entry)
            : throw Broken();
    }

    public static string Make(DateTimeOffset at, string id, string query) =>
        PageToken.Make(string.Create(CultureInfo.InvariantCulture, $"{at.ToUnixTimeMilliseconds()}/{id}"), query);

    /// <exception cref="RegistryException">The token was not issued for this query.</exception>
    public static RecordPosition? ReadRecord(string? token, string tenant, string query)
    {
        return PageToken.Read(token, query) is { } text ? Position(text, tenant) : null;
    }

    private static RecordPosition Position(string text, string tenant)
    {
        var slash = text.IndexOf('/');
        return slash > 0 && Number(text[..slash], out var at) && at <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? new RecordPosition(DateTimeOffset.FromUnixTimeMilliseconds(at), new RecordKey(tenant, text[(slash + 1)..]))
            : throw Broken();
    }

    /// <summary>Of a list that is held (<see cref="TaskListGrain"/>): its name and the place in it, and where to go on without it.</summary>
    public static string MakeHeld(string list, int index, RecordPosition last, string query) => PageToken.Make(
        string.Create(CultureInfo.InvariantCulture, $"{list}.{index}/{last.At.ToUnixTimeMilliseconds()}/{last.Key.Id}"),
        query);

    /// <summary>Reads what <see cref="MakeHeld"/> or <see cref="Make(DateTimeOffset, string, string)"/> made; null where there is no token.</summary>
    /// <exception cref="RegistryException">The token was not issued for this query.</exception>
    public static ListPlace? ReadPlace(string? token, string tenant, string query)
    {
        if (PageToken.Read(token, query) is not { } text)
        {
            return null;
        }

        var slash = text.IndexOf('/');
        var dot = slash > 0 ? text.AsSpan(0, slash).IndexOf('.') : -1;
        if (dot <= 0)
        {
            return new ListPlace(null, 0, Position(text, tenant));
        }

        return Number(text[(dot + 1)..slash], out var index) && index <= int.MaxValue
            ? new ListPlace(text[..dot], (int)index, Position(text[(slash + 1)..], tenant))
            : throw Broken();
    }

    private static bool Number(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    private static RegistryException Broken() => RegistryException.Invalid("page_token", "is not one that this registry gave");
}

/// <summary>Where a list goes on.</summary>
/// <param name="List">The list that is held for its reader; null for none.</param>
/// <param name="Index">The place in that list.</param>
/// <param name="After">Where it goes on where no list is held.</param>
internal sealed record ListPlace(string? List, int Index, RecordPosition After);
