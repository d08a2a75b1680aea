using System.Net;
using System.Text.Json;

namespace OrleansRegistry.Rest.Tests.Trust;

/// <summary>Who sees agents, over HTTP: set with a registration or by a patch, shown in records, and public agents.</summary>
public sealed class VisibilityTests(TrustingHost host)
{
    private readonly TaskClient owner = host.NewTenant() with { Subject = "owner" };

    [Fact]
    public async Task It_is_set_shown_and_taken_back()
    {
        await PutAsync(""","visibility":"named","visible_to":["ann"],"messages_from":"granted" """);
        var shown = await (owner with { Subject = "ann" }).GetAsync("/agents/a");
        Assert.Equal(
            ("named", "ann", "granted"),
            (shown.Text("visibility"), Assert.Single(shown.GetProperty("visible_to").EnumerateArray()).GetString(), shown.Text("messages_from")));
        var mallory = owner with { Subject = "mallory" };
        var hidden = await (await mallory.SendAsync("GET", "/agents/a")).ProblemAsync(404, "agent_id");
        var absent = await (await mallory.SendAsync("GET", "/agents/b")).ProblemAsync(404, "agent_id");
        Assert.Equal(absent.ToString(), hidden.ToString());
        await (await mallory.SendAsync("PUT", "/agents/a", """{"name":"a"}""")).ProblemAsync(409, "agent_id");
        await (await owner.SendAsync("PATCH", "/agents/a", """{"visibility":"tenant","messages_from":"tenant"}""")).JsonAsync();
        Assert.False((await mallory.GetAsync("/agents/a")).TryGetProperty("visibility", out _));
    }

    [Theory]
    [InlineData("""{"visibility":"secret"}""", "visibility")]
    [InlineData("""{"visibility":null}""", "visibility")]
    [InlineData("""{"messages_from":"all"}""", "messages_from")]
    [InlineData("""{"visible_to":["ann"]}""", "visible_to")]
    [InlineData("""{"visibility":"named","visible_to":"ann"}""", "visible_to")]
    [InlineData("""{"visibility":"named","visible_to":[3]}""", "visible_to[0]")]
    public async Task What_is_none_is_refused_by_name(string patch, string field)
    {
        await PutAsync("");
        await (await owner.SendAsync("PATCH", "/agents/a", patch)).ProblemAsync(400, field);
    }

    [Fact]
    public async Task Public_agents_are_found_by_other_tenants()
    {
        await PutAsync(""","visibility":"public" """);
        var other = host.NewTenant();
        var path = $"/public/agents/{owner.Tenant}/a";
        var shown = await other.GetAsync(path);
        Assert.Equal((owner.Tenant, "a", "active"), (shown.Text("tenant"), shown.Text("agent_id"), shown.Text("lifecycle")));
        Assert.Equal("a", shown.GetProperty("agent_card").Text("name"));
        var members = shown.EnumerateObject().Select(member => member.Name);
        Assert.Equal(["tenant", "agent_id", "agent_card", "enabled", "lifecycle", "updated_at"], members);
        Assert.Contains((await other.GetAsync("/public/agents?query=a&page_size=1000")).GetProperty("agents").EnumerateArray(), IsIt);
        await (await other.SendAsync("GET", "/public/agents/none/a")).ProblemAsync(404, "agent_id");
        await (await other.SendAsync("GET", "/public/agents/a%20b/a")).ProblemAsync(400, "tenant");
        await (await other.SendAsync("GET", "/public/agents?owner=owner")).ProblemAsync(400, "owner");
        await (await other.SendAsync("GET", "/public/agents?page_size=0")).ProblemAsync(400, "page_size");
        await (await owner.SendAsync("PATCH", "/agents/a", """{"visibility":"tenant"}""")).JsonAsync();
        await (await other.SendAsync("GET", path)).ProblemAsync(404, "agent_id");

        bool IsIt(JsonElement agent) => agent.Text("tenant") == owner.Tenant;
    }

    private async Task PutAsync(string more) => await (await owner.SendAsync("PUT", "/agents/a", $$$"""{"agent_card":{"name":"a"}{{{more}}}}"""))
        .JsonAsync(HttpStatusCode.Created);
}
