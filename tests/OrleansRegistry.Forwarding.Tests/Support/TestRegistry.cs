using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.A2A;
using OrleansRegistry.Hosting;
using OrleansRegistry.Rest;

namespace OrleansRegistry.Forwarding.Tests;

/// <summary>A registry on real Kestrel, with A2A, REST and forwarding.</summary>
internal sealed class TestRegistry : IAsyncDisposable
{
    private readonly WebApplication app;

    private TestRegistry(WebApplication app) => this.app = app;

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public Uri Address => new(app.Urls.First());

    public IAgentRegistry Agents => app.Services.GetRequiredService<IAgentRegistry>();

    public ITaskRegistry Tasks => app.Services.GetRequiredService<ITaskRegistry>();

    public IAgentInstances Instances => app.Services.GetRequiredService<IAgentInstances>();

    /// <param name="folder">Where it keeps what it has; null: in memory.</param>
    public static async Task<TestRegistry> StartAsync(string? folder = null, Action<ForwardingOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Logging.ClearProviders();
        builder.AddOrleansRegistry(options =>
        {
            options.StorageType = folder is null ? StorageType.Memory : StorageType.Sqlite;
            options.DataDirectory = folder ?? options.DataDirectory;
        });
        builder.Services.AddRegistryRest().AddRegistryA2A().AddRegistryForwarding(options =>
        {
            options.AllowedNetworks = ["127.0.0.0/8"];
            options.Pause = TimeSpan.FromMilliseconds(20);
            options.Look = TimeSpan.FromMilliseconds(500);
            configure?.Invoke(options);
        });
        var app = builder.Build();
        app.MapRegistryRest();
        app.MapRegistryA2A();
        await app.StartAsync(Cancellation);
        return new TestRegistry(app);
    }

    /// <summary>Registers an agent whose messages are forwarded to a URL.</summary>
    /// <param name="version">The version of A2A that its card names.</param>
    public async Task<string> ForwardToAsync(
        string url, string binding = "JSONRPC", string version = "1.0", bool streams = true, AgentCredentials? credentials = null)
    {
        var id = $"near-{Guid.NewGuid():N}";
        await Agents.RegisterAsync(
            Caller.Default,
            new AgentRegistration(Card(id, url, binding, version, streams)) { Delivery = AgentDelivery.Forward, Credentials = credentials },
            Cancellation);
        return id;
    }

    /// <summary>Registers an agent whose worker the test plays.</summary>
    public async Task<string> WorkAsync()
    {
        var id = $"far-{Guid.NewGuid():N}";
        await Agents.RegisterAsync(
            Caller.Default,
            new AgentRegistration(Utf8($$"""{"name":"{{id}}","description":"","version":"1","capabilities":{"streaming":true},"skills":[]}""")),
            Cancellation);
        return id;
    }

    public async Task<TaskRecord> SubmitAsync(string agent, string text = "hello", string? contextId = null, string? taskId = null) =>
        (await Tasks.SubmitAsync(
            Caller.Default,
            new TaskSubmission(TextMessage.User(text)) { AgentId = agent, ContextId = contextId, TaskId = taskId },
            Cancellation)).Task;

    public async Task<TaskRecord> ClaimAsync(string agent) =>
        await Tasks.ClaimAsync(Caller.Default, agent, new TaskClaim("w") { Wait = TimeSpan.FromSeconds(20) }, Cancellation)
            ?? throw new InvalidOperationException("no task came");

    /// <summary>Changes a claimed task under its lease.</summary>
    public Task<TaskRecord> UpdateAsync(TaskRecord task, TaskState? state, string? says = null, params ArtifactUpdate[] artifacts)
    {
        var update = new TaskUpdate
        {
            State = state,
            StatusMessage = says is null ? (ReadOnlyMemory<byte>?)null : TextMessage.Agent(says),
            Artifacts = artifacts,
            LeaseToken = task.Lease!.Token,
        };
        return Tasks.UpdateAsync(Caller.Default, task.Id, update, Cancellation);
    }

    public async Task<TaskRecord> GetAsync(string id) =>
        await Tasks.GetAsync(Caller.Default, id, default, Cancellation) ?? throw new InvalidOperationException("there is no such task");

    /// <summary>The task once it is so.</summary>
    public async Task<TaskRecord> WaitAsync(string id, Func<TaskRecord, bool> isSo)
    {
        var task = await GetAsync(id);
        for (var began = Environment.TickCount64; !isSo(task); task = await GetAsync(id))
        {
            if (Environment.TickCount64 - began > 30_000)
            {
                throw new TimeoutException($"the task is {task.Status.State}: {task.Status.Message}");
            }

            await Tasks.WaitAsync(Caller.Default, id, task.Generation, TimeSpan.FromSeconds(1), cancellationToken: Cancellation);
        }

        return task;
    }

    public Task<TaskRecord> WaitAsync(string id, TaskState state) => WaitAsync(id, task => task.Status.State == state);

    public static ReadOnlyMemory<byte> Card(string id, string url, string binding = "JSONRPC", string version = "1.0", bool streams = true) =>
        version == "1.0"
            ? Utf8($$"""
                {"name":"{{id}}","description":"","version":"1","capabilities":{"streaming":{{(streams ? "true" : "false")}}},"skills":[],
                "supportedInterfaces":[{"url":"{{url}}","protocolBinding":"{{binding}}","protocolVersion":"1.0"}]}
                """)
            : Utf8($$"""
                {"name":"{{id}}","description":"","version":"1","capabilities":{"streaming":{{(streams ? "true" : "false")}}},"skills":[],
                "protocolVersion":"0.3.0","url":"{{url}}","preferredTransport":"{{binding}}"}
                """);

    public static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
