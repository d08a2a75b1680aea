using Microsoft.AspNetCore.Http;
using OrleansRegistry.Rest.Liveness;
using OrleansRegistry.Rest.Probes;
using OrleansRegistry.Rest.Trust;

namespace OrleansRegistry.Rest.Agents;

/// <summary>Changes parts of a registered agent: <c>PATCH /agents/{id}</c>, <c>POST /agents/{id}:enable</c>, <c>:disable</c> and <c>:refresh</c>.</summary>
internal sealed class AgentChangeEndpoints(IAgentRegistry registry, RegistryHttpOptions options)
{
    // Null in a merge patch takes a member away, which only delivery, credentials, what is said of a deprecated agent, ttl and probes can be.
    private static readonly RequestMembers.Names Patch =
        new("agent_card", "enabled", "workers", "delivery", "credentials", "lifecycle", "deprecation_message", "successor",
            "compatibility", "force", "ttl", "ephemeral", "probe_seconds", "probe_url",
            "visibility", "visible_to", "messages_from")
        {
            KeepsAbsent = true,
        };

    public void Map(ApiRoutes routes)
    {
        routes.Patch("/agents/{id}", PatchAsync, AgentDocs.Agent("patchAgent", "Change parts of an agent by a JSON Merge Patch (RFC 7396)")
            .Says("The patch is one of {\"agent_card\": {…}, \"enabled\": true, \"workers\": [\"…\"], \"delivery\": \"worker\", "
                + "\"credentials\": {\"Authorization\": \"…\"}, \"lifecycle\": \"deprecated\", \"deprecation_message\": \"…\", "
                + "\"successor\": \"…\", \"compatibility\": \"backward\", \"force\": false, \"ttl\": 30, \"ephemeral\": true, "
                + "\"probe_seconds\": 300, \"probe_url\": \"https://…\"}; "
                + "what it does not name stays as it was sent.")
            .Header("If-Match", "Change only if the agent has this entity tag (its revision).")
            .Viewed()
            .Body("AgentPatch", "application/merge-patch+json", "application/json")
            .Idempotent()
            .Answer(200, "It is changed.", "AgentWritten", isTagged: true)
            .Answer(202, "It waits for a review: review tells which.", "AgentWritten")
            .Problems(400, 403, 404, 409, 412, 413, 415, 503, 507));
        routes.Post("/agents/{id}:enable", EnableAsync, AgentDocs.Agent("enableAgent", "Enable an agent")
            .Header("If-Match", "Change only if the agent has this entity tag (its revision).")
            .Idempotent()
            .Answer(200, "It is enabled.", "AgentState", isTagged: true)
            .Problems(400, 404, 412, 503, 507));
        routes.Post("/agents/{id}:disable", DisableAsync, AgentDocs.Agent("disableAgent", "Disable an agent; it stays registered")
            .Header("If-Match", "Change only if the agent has this entity tag (its revision).")
            .Idempotent()
            .Answer(200, "It is disabled.", "AgentState", isTagged: true)
            .Problems(400, 404, 412, 503, 507));
        routes.Post("/agents/{id}:refresh", RefreshAsync, AgentDocs.Agent("refreshAgent", "Fetch an agent's card anew from its source_url")
            .Says("For its owner, and agents that were registered by card_url. The card is replaced if it has changed; else nothing is written. "
                + "Where there is none now, the answer is 400, the agent keeps what it has, and shows why as fetch_failure.")
            .Viewed()
            .Answer(200, "It was fetched.", "AgentRefreshed", isTagged: true)
            .Problems(400, 403, 404, 409, 501, 503, 507));
        routes.Refuse("/agents/{id}", AgentPaths.HasNoAction);
    }

    private async Task PatchAsync(HttpContext context)
    {
        var id = AgentPaths.AgentId(context);
        var condition = RevisionCondition.Read(context.Request);
        var body = await RequestBody.ReadJsonAsync(context, options.MaxBodyBytes);
        var patch = ReadPatch(body.Bytes) with { Condition = condition };
        var written = await registry.PatchAsync(context.GetCaller(), id, patch, context.RequestAborted);
        body.Release();
        await AgentAnswers.SendWrittenAsync(context, written);
    }

    private Task EnableAsync(HttpContext context) => SetEnabledAsync(context, enabled: true, ":enable");

    private Task DisableAsync(HttpContext context) => SetEnabledAsync(context, enabled: false, ":disable");

    private async Task RefreshAsync(HttpContext context)
    {
        GenerationCondition.Refuse(context.Request);
        var id = AgentPaths.AgentId(context, suffix: ":refresh");
        var showsRecord = AgentAnswers.ShowsRecord(context);
        var refresh = await registry.RefreshAsync(context.GetCaller(), id, context.RequestAborted);
        AgentAnswers.SetHeaders(context, refresh.Agent);
        var answer = JsonAnswer.RentObject();
        answer.Json.WriteBoolean("success"u8, true);
        answer.Json.WriteString("agent_id"u8, id);
        answer.Json.WriteBoolean("changed"u8, refresh.Changed);
        ReviewJson.WriteMember(answer.Json, refresh.Review);
        AgentAnswers.WriteWritten(answer.Json, refresh.Agent, refresh.Warnings, showsRecord);
        await answer.SendObjectAsync(context);
    }

    private async Task SetEnabledAsync(HttpContext context, bool enabled, string action)
    {
        var id = AgentPaths.AgentId(context, suffix: action);
        var patch = new AgentPatch(Enabled: enabled, Condition: RevisionCondition.Read(context.Request));
        var written = await registry.PatchAsync(context.GetCaller(), id, patch, context.RequestAborted);
        AgentAnswers.SetHeaders(context, written.Agent);
        var answer = JsonAnswer.RentObject();
        var json = answer.Json;
        json.WriteBoolean("success"u8, true);
        json.WriteString("agent_id"u8, written.Agent.Id);
        json.WriteBoolean("enabled"u8, written.Agent.Enabled);
        json.WriteNumber("revision"u8, written.Agent.Revision);
        await answer.SendObjectAsync(context);
    }

    private static AgentPatch ReadPatch(ReadOnlyMemory<byte> body)
    {
        var members = new RequestMembers(body, Patch);
        var isByCard = members.IsNull("delivery");
        return new AgentPatch(members.Object("agent_card"), members.Boolean("enabled"))
        {
            Workers = members.Texts("workers"),
            Delivery = isByCard ? null : members.Delivery("delivery"),
            DeliveryByCard = isByCard,
            LifeCycle = members.LifeCycle("lifecycle"),
            Deprecation = members.Deprecation("deprecation_message", "successor"),
            Compatibility = members.Compatibility("compatibility"),
            Force = members.Boolean("force") ?? false,
            Credentials = members.IsNull("credentials") ? new AgentCredentials(new Dictionary<string, string>()) : members.Credentials("credentials"),
            Ttl = members.IsNull("ttl") ? null : LeaseJson.ReadTtl(members),
            Ephemeral = members.Boolean("ephemeral"),
            EndsLease = members.IsNull("ttl"),
            ProbeInterval = members.IsNull("probe_seconds") ? null : ProbeJson.ReadSeconds(members),
            ProbesAsUsual = members.IsNull("probe_seconds"),
            ProbeUrl = members.IsNull("probe_url") ? null : members.Text("probe_url"),
            ProbesByCard = members.IsNull("probe_url"),
            Sharing = members.Sharing("visibility", "visible_to", "messages_from"),
        };
    }
}
