using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>
/// How an answer spells the states of tasks: as A2A 1.0, or as 0.3, which also marks a task by its <c>kind</c>. Asked for by the parameter
/// <c>state_format</c> or the header <c>A2A-Version</c>.
/// </summary>
internal readonly record struct StateFormat(bool IsV03)
{
    public const string Parameter = "state_format";
    public const string Header = "A2A-Version";

    /// <exception cref="RegistryException">It is neither version.</exception>
    public static StateFormat Of(HttpContext context)
    {
        var request = context.Request;
        if (request.Query.TryGetValue(Parameter, out var asked))
        {
            return Read(asked, Parameter);
        }

        VaryHeader.By(context.Response, Header);
        return request.Headers.TryGetValue(Header, out var version) ? Read(version, Header) : default;
    }

    /// <summary>The same for a refused request: an invalid version must not hide the reason of the refusal.</summary>
    public static StateFormat OfProblem(HttpContext context)
    {
        if (!context.Request.Query.TryGetValue(Parameter, out var asked))
        {
            VaryHeader.By(context.Response, Header);
            asked = context.Request.Headers[Header];
        }

        return new StateFormat(IsVersion(asked.ToString(), "0.3"));
    }

    public string Spell(TaskState state) => IsV03 ? state.ToV03() : state.ToV10();

    private static StateFormat Read(string? text, string field)
    {
        if (text is null or "" || IsVersion(text, "1.0"))
        {
            return default;
        }

        return IsVersion(text, "0.3")
            ? new StateFormat(IsV03: true)
            : throw RegistryException.Invalid(field, $"must be 1.0 or 0.3, not '{text}'");
    }

    /// <summary>A2A counts a version by its first two numbers.</summary>
    private static bool IsVersion(string text, string version) =>
        text.StartsWith(version, StringComparison.Ordinal) && (text.Length == version.Length || text[version.Length] == '.');
}
