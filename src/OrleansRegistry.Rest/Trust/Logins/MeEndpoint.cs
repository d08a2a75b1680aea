using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace OrleansRegistry.Rest.Trust;

/// <summary>Who calls: <c>/me</c>.</summary>
internal static class MeEndpoint
{
    public static void Map(ApiRoutes routes) => routes.Get("/me", GetAsync, new ApiOperation("getMe", "Logins", "Who calls, and what it may do")
        .Answer(200, "The caller, as the registry knows it.", "Me")
        .Problems(400));

    private static async Task GetAsync(HttpContext context)
    {
        QueryParameters.Check(context);
        var caller = context.GetCaller();
        var admitted = context.Features.Get<AdmittedCaller>();
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteString("tenant"u8, caller.Tenant);
        answer.Json.WriteString("subject"u8, caller.Subject);
        answer.Json.WriteGiven("roles", RequestCaller.RolesOf(context));
        answer.Json.WriteGiven("permissions", PermissionNames.Of(caller.Allowed));
        answer.Json.WriteGiven("agents", caller.Agents);
        answer.Json.WriteGiven("credential", caller.Credential);

        if (admitted is not null && admitted.EndsAt < DateTimeOffset.MaxValue)
        {
            answer.Json.WriteTime("expiresAt", admitted.EndsAt);
        }

        context.Response.Headers.CacheControl = "no-store";
        await answer.SendObjectAsync(context);
    }
}
