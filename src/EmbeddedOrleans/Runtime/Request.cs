namespace EmbeddedOrleans;

/// <summary>One call of a grain or an observer, or one tick of a timer.</summary>
internal abstract class Request
{
    public bool ReadOnly { get; protected init; }
    public bool AlwaysInterleave { get; protected init; }
    public bool OneWay { get; protected init; }

    /// <summary>Whether running it counts as use of the activation.</summary>
    public bool KeepsAlive { get; protected init; } = true;

    /// <summary>When it was sent, as <see cref="TimeProvider.GetTimestamp"/>; null: it may take any time.</summary>
    public long? Sent { get; set; }

    public int Forwarded { get; set; }

    /// <summary>Runs the code that was asked for, as far as its first await.</summary>
    public abstract Task Invoke(object target);

    public abstract void Succeed(Task completed);

    public abstract void Fail(Exception exception);
}

/// <summary>A call through an interface; <typeparamref name="T"/> is what its task yields.</summary>
internal sealed class MethodRequest<T> : Request
{
    private readonly TaskCompletionSource<T> _response = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly GrainMethod _method;
    private readonly object?[] _arguments;
    private CancellationTokenRegistration _cancellation;

    public MethodRequest(GrainMethod method, object?[] arguments)
    {
        _method = method;
        _arguments = arguments;
        ReadOnly = method.ReadOnly;
        AlwaysInterleave = method.AlwaysInterleave;
        OneWay = method.OneWay;
    }

    public Task<T> Response => _response.Task;

    /// <summary>Lets the caller go as soon as it cancels; the callee, which has the same token, ends when it likes.</summary>
    public void CancelBy(CancellationToken token) => _cancellation = token.UnsafeRegister(
        static (state, token) => ((MethodRequest<T>)state!)._response.TrySetCanceled(token), this);

    public override Task Invoke(object target) => _method.Invoke(target, _arguments);

    public override void Succeed(Task completed)
    {
        _cancellation.Dispose();
        _response.TrySetResult(completed is Task<T> typed ? typed.Result : default!);
    }

    public override void Fail(Exception exception)
    {
        _cancellation.Dispose();
        if (_response.TrySetException(exception))
        {
            // A caller that does not look is no unobserved exception of ours.
            _ = _response.Task.Exception;
        }
    }

    public override string ToString() => _method.ToString();
}
