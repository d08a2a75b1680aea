using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using OrleansRegistry.Directory;
using OrleansRegistry.Trust;

namespace OrleansRegistry.Tests.Trust;

/// <summary>What roles allow, by every call that there is.</summary>
public sealed class PermissionTests(MemoryRegistry registry) : IClassFixture<MemoryRegistry>
{
    [Fact]
    public async Task Every_call_of_a_caller_without_permissions_is_forbidden()
    {
        var caller = TestRegistry.NewCaller() with { Allowed = Permissions.None };
        var asked = 0;
        var open = new List<string>();
        foreach (var service in typeof(IAgentRegistry).Assembly.GetExportedTypes().Where(type => type.IsInterface && CallsOf(type).Any()))
        {
            var called = registry.Services.GetRequiredService(service);
            foreach (var method in CallsOf(service))
            {
                asked++;
                var fault = await Record.ExceptionAsync(() => CallAsync(called, method, caller));
                if (fault is not RegistryException { Error: RegistryError.Forbidden })
                {
                    open.Add($"{service.Name}.{method.Name}: {fault?.Message ?? "was done"}");
                }
            }
        }

        Assert.Equal([], open);
        Assert.True(asked > 70);
    }

    [Fact]
    public void Operations_have_names_of_their_own_and_need_something()
    {
        var all = typeof(Operation).Assembly.GetTypes().SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public))
            .Where(field => field.FieldType == typeof(Operation)).Select(field => (Operation)field.GetValue(null)!).ToList();
        Assert.True(all.Count > 40);
        Assert.Equal(all.Count, all.DistinctBy(operation => operation.Name).Count());
        Assert.DoesNotContain(all, operation => operation.Needs == Permissions.None);
    }

    [Fact]
    public async Task Who_manages_agents_changes_those_of_others_whose_they_stay()
    {
        var alice = TestRegistry.NewCaller() with { Allowed = RegistryRoles.Of(["user"]) };
        var (bob, ops) = (alice with { Subject = "bob" }, alice with { Subject = "ops", Allowed = RegistryRoles.Of(["devops"]) });
        await registry.Agents.RegisterAsync(alice, Cards.Registration("a"));

        await AssertForbiddenAsync(() => registry.Agents.PatchAsync(bob, "a", new AgentPatch { Enabled = false }), "agents-manage");
        await AssertForbiddenAsync(() => registry.Agents.RegisterAsync(bob, Cards.Registration("a", "another")), "agents-manage");
        await AssertForbiddenAsync(() => registry.Agents.RemoveAsync(bob, "a"), "agents-manage");
        Assert.Contains(
            "agents-manage",
            (await registry.Agents.RegisterManyAsync(bob, [Cards.Registration("a", "another")])).Single().Refused!.Message,
            StringComparison.Ordinal);

        var changed = await registry.Agents.PatchAsync(ops, "a", new AgentPatch { Workers = ["carol"] });
        Assert.Equal(("alice", false), (changed.Agent.Owner, changed.Created));
        Assert.Equal("alice", (await registry.Agents.RegisterAsync(ops, Cards.Registration("a", "another"))).Agent.Owner);
        await registry.Agents.RemoveAsync(ops, "a");
        Assert.Null(await registry.Agents.GetAsync(alice, "a"));
    }

    /// <summary>This node has not heard of the agent yet, which another one registered: whose it is, its grain knows.</summary>
    [Theory]
    [InlineData("user", RegistryError.Forbidden, RegistryError.Forbidden)]
    [InlineData(null, RegistryError.Conflict, RegistryError.NotFound)]
    public async Task A_directory_that_lags_lets_nobody_change_what_is_anothers(string? role, RegistryError registering, RegistryError patching)
    {
        var alice = TestRegistry.NewCaller();
        var bob = alice with { Subject = "bob", Allowed = role is null ? Permissions.All : RegistryRoles.Of([role]) };
        var ops = alice with { Subject = "ops", Allowed = RegistryRoles.Of(["devops"]) };
        var sharing = new AgentSharingChange { Visibility = role is null ? AgentVisibility.Named : AgentVisibility.Tenant };
        var agent = (await registry.Agents.RegisterAsync(alice, Cards.Registration("a") with { Sharing = sharing })).Agent;
        registry.Services.GetRequiredService<AgentDirectory>().TakeOut(alice.Tenant, "a", agent.Revision + 1000, registry.Store.History);
        Assert.Null(await registry.Agents.GetAsync(alice, "a"));

        await AssertRefusedAsync(registering, () => registry.Agents.RegisterAsync(bob, Cards.Registration("a", "another")));
        await AssertRefusedAsync(patching, () => registry.Agents.PatchAsync(bob, "a", new AgentPatch { Enabled = false }));
        await AssertRefusedAsync(RegistryError.Forbidden, () => registry.Agents.RemoveAsync(bob, "a"));
        await AssertRefusedAsync(patching, () => registry.Drafts.PutAsync(bob, "a", Cards.Registration("a").Card));
        Assert.Equal(agent.Revision, (await registry.Agents.GetAsync(alice, "a", ReadConsistency.Strong))!.Revision);

        // Who manages agents acts as its owner, and who acts in its own name changes it too.
        Assert.Equal("alice", (await registry.Agents.PatchAsync(ops, "a", new AgentPatch { Workers = ["carol"] })).Agent.Owner);
        Assert.False((await registry.Agents.RegisterAsync(alice, Cards.Registration("a", "another"))).Created);
    }

    [Fact]
    public async Task A_credential_for_certain_agents_acts_for_no_others()
    {
        var owner = TestRegistry.NewCaller();
        var agent = owner with { Allowed = RegistryRoles.Of([RegistryRoles.Agent]), Agents = ["a"] };
        await registry.Agents.RegisterAsync(owner, Cards.Registration("b"));

        Assert.True((await registry.Agents.RegisterAsync(agent, Cards.Registration("a"))).Created);
        await AssertForbiddenAsync(() => registry.Agents.RegisterAsync(agent, Cards.Registration("c")), "other agents");
        await AssertForbiddenAsync(() => registry.Agents.PatchAsync(agent, "b", new AgentPatch { Enabled = false }), "other agents");
        await AssertForbiddenAsync(() => registry.Tasks.ClaimAsync(agent, "b", new TaskClaim("w")), "other agents");
        var writer = owner with { Agents = ["a"] };
        var message = """{"messageId":"m","role":"ROLE_USER","parts":[{"text":"hi"}]}"""u8.ToArray();
        await AssertForbiddenAsync(() => registry.Tasks.SubmitAsync(writer, new TaskSubmission(message) { AgentId = "b" }), "other agents");
        Assert.Equal("a", (await registry.Tasks.SubmitAsync(writer, new TaskSubmission(message) { AgentId = "a" })).Task.AgentId);
        Assert.NotNull(await registry.Agents.GetAsync(agent, "b"));

        var other = (await registry.Tasks.SubmitAsync(owner, new TaskSubmission(message) { AgentId = "b", TaskId = "of-b" })).Task.Id;
        var renamed = """{"messageId":"m2","role":"ROLE_USER","parts":[{"text":"hi"}],"taskId":null,"task_id":"of-b"}"""u8.ToArray();
        var update = new TaskUpdate { State = TaskState.Completed };
        var hook = """{"url":"https://example.com/"}"""u8.ToArray();
        foreach (var change in (Func<Task>[])
        [
            () => registry.Tasks.SubmitAsync(writer, new TaskSubmission(renamed)),
            () => registry.Tasks.UpdateAsync(writer, other, update),
            () => registry.Tasks.CancelAsync(writer, other),
            () => registry.Tasks.DeleteAsync(writer, other),
            () => registry.Tasks.SaveWebhookAsync(writer, other, hook),
            () => registry.Tasks.DeleteWebhookAsync(writer, other, "h"),
            () => registry.Tasks.AddFeedbackAsync(writer, other, "{}"u8.ToArray()),
        ])
        {
            await AssertForbiddenAsync(change, "other agents");
        }

        await AssertForbiddenAsync(() => registry.Tasks.ClearAllAsync(writer), "certain agents");
        await AssertForbiddenAsync(() => registry.Contexts.UpdateAsync(writer, "c", "{}"u8.ToArray()), "certain agents");
        await AssertForbiddenAsync(() => registry.Contexts.AppendAsync(writer, "c", [message]), "certain agents");
        await AssertForbiddenAsync(() => registry.Contexts.ClearAsync(writer, "c"), "certain agents");
        await AssertForbiddenAsync(() => registry.Contexts.DeleteAsync(writer, "c"), "certain agents");
        var subscriptions = registry.Services.GetRequiredService<IAgentSubscriptions>();
        await AssertForbiddenAsync(() => subscriptions.SaveAsync(writer, new SubscriptionSave("https://example.com/")), "certain agents");
        await AssertForbiddenAsync(() => subscriptions.DeleteAsync(writer, "s"), "certain agents");
        Assert.Empty((await subscriptions.ListAsync(writer)).Subscriptions);
        var reviews = registry.Services.GetRequiredService<IAgentReviews>();
        await AssertForbiddenAsync(() => reviews.PutPolicyAsync(writer, new ReviewPolicy()), "certain agents");
        Assert.Equal(TaskState.Canceled, (await registry.Tasks.CancelAsync(owner, other)).Status.State);
    }

    [Theory]
    [InlineData("viewer", Permissions.AgentsRead, Permissions.AgentsWrite)]
    [InlineData("agent", Permissions.TasksWork, Permissions.TasksWrite)]
    [InlineData("admin", Permissions.AuditRead, Permissions.TenantErase)]
    [InlineData("owner", Permissions.TenantErase, Permissions.Tenants)]
    public void Roles_allow_what_they_are_for(string role, Permissions may, Permissions mayNot)
    {
        var allowed = RegistryRoles.Of([role]);
        Assert.Equal((true, false), ((allowed & may) == may, (allowed & mayNot) != Permissions.None));
        Assert.Equal(allowed | Permissions.AgentsRead, RegistryRoles.Of([role, "viewer"]));
    }

    [Fact]
    public void A_role_that_is_none_is_named_in_the_error() => Assert.Contains(
        "'root' is not a role", Assert.Throws<RegistryException>(() => RegistryRoles.Of(["user", "root"])).Message, StringComparison.Ordinal);

    [Fact]
    public void The_page_has_the_table_of_permissions()
    {
        var rows = File.ReadLines(Path.Combine(Root, "docs", "trust.md")).Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|').Select(cell => cell.Trim()).ToArray()).ToList();
        foreach (var permission in PermissionNames.All)
        {
            var name = PermissionNames.Of(permission).Single();
            var roles = RegistryRoles.All.Where(role => role != RegistryRoles.Operator && RegistryRoles.Of([role]).HasFlag(permission));
            var row = Assert.Single(rows, row => row[1] == $"`{name}`");
            Assert.Equal(roles.DefaultIfEmpty(RegistryRoles.Operator), row[^2].Split(", ").Order(StringComparer.Ordinal));
        }
    }

    private static async Task AssertRefusedAsync(RegistryError error, Func<Task> call) =>
        Assert.Equal(error, (await Assert.ThrowsAsync<RegistryException>(call)).Error);

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OrleansRegistry.slnx")))
            {
                folder = folder.Parent;
            }

            return folder?.FullName ?? throw new InvalidOperationException("The tests are not within the repository.");
        }
    }

    private static IEnumerable<MethodInfo> CallsOf(Type service) =>
        service.GetMethods().Where(method => method.GetParameters() is [{ ParameterType: var first }, ..] && first == typeof(Caller));

    private static async Task CallAsync(object service, MethodInfo method, Caller caller)
    {
        var arguments = method.GetParameters().Select(parameter =>
            parameter.ParameterType == typeof(Caller) ? caller
            : parameter.ParameterType == typeof(string) ? "x"
            : parameter.ParameterType.IsAbstract ? null
            : RuntimeHelpers.GetUninitializedObject(Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType)).ToArray();
        object? answer;
        try
        {
            answer = method.Invoke(service, arguments);
        }
        catch (TargetInvocationException thrown)
        {
            throw thrown.InnerException!;
        }

        if (answer is Task task)
        {
            await task;
        }
        else if (answer?.GetType().GetMethod("AsTask") is { } asTask)
        {
            await (Task)asTask.Invoke(answer, null)!;
        }
    }

    private static async Task AssertForbiddenAsync(Func<Task> call, string said)
    {
        var refused = await Assert.ThrowsAsync<RegistryException>(call);
        Assert.Equal(RegistryError.Forbidden, refused.Error);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }
}
