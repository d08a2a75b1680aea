using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Http;

/// <summary>
/// Ids that a path cannot carry, as a proxy decodes <c>%2F</c> or takes slashes together: in the path <see cref="Mark"/> stands for the id, and the
/// query has it, as in <c>/tasks/~:cancel?id=a%2Fb</c>. The id that is a tilde is <c>?id=~</c>, or <c>%7E</c> in a path.
/// </summary>
internal static class IdInQuery
{
    public const string Mark = "~";

    /// <summary>The name in the query of a route parameter.</summary>
    public static string NameOf(string routeParameter) => routeParameter switch
    {
        "artifactId" => "artifact_id",
        "configId" => "config_id",
        _ => routeParameter,
    };

    /// <summary>Whether the path of a request leaves an id to this parameter of the query.</summary>
    public static bool Takes(HttpRequest request, string name)
    {
        foreach (var (parameter, value) in request.RouteValues)
        {
            if (value is Mark && NameOf(parameter) == name)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The id that stands in the query.</summary>
    /// <exception cref="RegistryException">It is missing, or given more than once.</exception>
    public static string Read(HttpRequest request, string routeParameter)
    {
        var name = NameOf(routeParameter);
        return request.Query[name] is [{ Length: > 0 } id]
            ? id
            : throw RegistryException.Invalid(name, $"is to be there once: '{Mark}' in the path stands for the id that the query has as {name}");
    }

    /// <summary>
    /// Refuses an id in the query beside one in the path: a request that names two things must not do to one of them what was meant for the other.
    /// </summary>
    /// <exception cref="RegistryException">There are both.</exception>
    public static void Refuse(HttpRequest request, string routeParameter)
    {
        if (request.QueryString.HasValue && request.Query.ContainsKey(NameOf(routeParameter)))
        {
            throw RegistryException.Invalid(NameOf(routeParameter), $"goes with '{Mark}' in the path, in place of the id that is there");
        }
    }
}
