using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrleansRegistry.Hosting;

namespace OrleansRegistry.Client.Tests;

/// <summary>Clients and workers in applications with dependency injection.</summary>
public sealed class HostingTests(ClientHost host)
{
    private const string Card = """{"name":"echo","description":"Echoes","version":"1.0.0"}""";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_worker_runs_while_its_application_does(bool isRemote)
    {
        var caller = ClientHost.NewCaller();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        if (isRemote)
        {
            builder.Services.AddRegistryClient(client => client.BaseAddress = host.Address);
        }
        else
        {
            builder.AddOrleansRegistry(options => options.StorageType = StorageType.Memory);
        }

        builder.Services.AddAgentWorker("echo", (_, context) => context.AddArtifactAsync("echo", context.Text), worker =>
        {
            worker.Card = Card;
            worker.Caller = caller;
        });
        using var app = builder.Build();
        await app.StartAsync(ClientHost.Cancellation);
        var tasks = app.Services.GetRequiredService<ITaskRegistry>();
        var task = (await tasks.SubmitAsync(caller, new(TextMessage.User("hello")) { AgentId = "echo" }, ClientHost.Cancellation)).Task;
        await foreach (var _ in tasks.WatchAsync(caller, task.Id, cancellationToken: ClientHost.Cancellation))
        {
            continue;
        }

        Assert.Equal(TaskState.Completed, (await tasks.GetAsync(caller, task.Id, cancellationToken: ClientHost.Cancellation))!.Status.State);
        Assert.NotNull(app.Services.GetRequiredService<IContextRegistry>());
        await app.StopAsync(ClientHost.Cancellation);
    }

    [Fact]
    public void A_client_without_an_address_tells_what_it_lacks()
    {
        using var services = new ServiceCollection().AddRegistryClient(_ => { }).BuildServiceProvider();
        var fault = Assert.Throws<ArgumentException>(services.GetRequiredService<ITaskRegistry>);
        Assert.Contains(nameof(RegistryClientOptions.BaseAddress), fault.Message, StringComparison.Ordinal);
    }
}
