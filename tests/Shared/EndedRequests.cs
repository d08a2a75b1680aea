using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace OrleansRegistry.Tests.Shared;

/// <summary>Tells the paths of requests that the server aborted. A service of a test's host.</summary>
internal sealed class EndedRequests : IStartupFilter
{
    private readonly Channel<string> aborted = Channel.CreateUnbounded<string>();

    /// <summary>Waits for the next.</summary>
    public Task<string> NextAsync() => aborted.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask()
        .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use((context, rest) =>
        {
            var path = context.Request.Path.Value!;
            context.RequestAborted.Register(() => aborted.Writer.TryWrite(path));
            return rest(context);
        });
        next(app);
    };
}
